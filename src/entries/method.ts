/**
 * What the methods share, and what a method of one's own extends.
 * @module vantage-ml/method
 */
export type { ViewShape } from "../methods/feeding.js";
export { HashingMethod } from "../methods/hashing/hashing-method.js";
export type { HashingNetwork, StoredNetwork } from "../methods/hashing/network.js";
export type { HashingOptions } from "../methods/hashing/options.js";
export type { MatchOptions } from "../methods/matching/views.js";
export { Method, type MethodDefinition, type PackedCodes, type Task } from "../methods/method.js";
export type { PerViewOptions } from "../methods/per-view/options.js";
export { PerViewMethod } from "../methods/per-view/per-view-method.js";
export type { Protocol } from "../methods/protocol.js";
export type { Colouring, RetrievalCurves } from "../runs/result.js";
