// SHAM, the semantic hashing autoencoder of DCHN (Hu et al. 2021): one Hamming space for all views, learned from labels.

import type { Kernels } from "../../core/kernels/kernels.js";
import type { Random } from "../../core/kernels/random.js";
import { symmetricEigen } from "../../numerics/linear-algebra/symmetric-eigen.js";
import { type Matrix64, map, matrix64, meanRowDistance, product, transposed } from "./matrices.js";

export interface ShamOptions {
  readonly gamma: number;
  readonly iterations: number;
}

export interface HammingSpace {
  /** W [classes, bits] of the least loss. */
  readonly w: Matrix64;
  /** mean ‖L − BWᵀ‖₁ + γ mean ‖B − LW‖₁ after each iteration. */
  readonly losses: readonly number[];
}

/** +1 for a positive value, else −1. */
export function sgn(value: number): number {
  return value > 0 ? 1 : -1;
}

/**
 * Alternates between codes B = sgn((1+γ) L W (WᵀW + γI)⁻¹) of the label rows L [rows, classes] and the W that solves
 * (BᵀB) Wᵀ + Wᵀ (γLᵀL) = (1+γ) BᵀL, and keeps the W of the least loss.
 * @param kernels find eigenvectors.
 * @param labels L; its columns are linearly independent where the identity is part of it.
 * @param start W [classes, bits] to begin with.
 */
export function learnHammingSpace(
  kernels: Kernels,
  labels: Matrix64,
  start: Matrix64,
  { gamma, iterations }: ShamOptions,
): HammingSpace {
  const labelGram = eigenOf(
    kernels,
    map(product(transposed(labels), labels), (value) => gamma * value),
  );
  const losses: number[] = [];
  let w = start;
  let best = start;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < iterations; i++) {
    const codes = codesOf(kernels, labels, w, gamma);
    const codesByBit = transposed(codes);
    const codeGram = eigenOf(kernels, product(codesByBit, codes));
    const right = map(product(codesByBit, labels), (value) => (1 + gamma) * value);
    w = transposed(solveSylvester(codeGram, labelGram, right));
    const loss =
      meanRowDistance(labels, product(codes, transposed(w))) + gamma * meanRowDistance(codes, product(labels, w));
    losses.push(loss);
    if (loss < least) [least, best] = [loss, w];
  }
  return { w: best, losses };
}

/**
 * B = sgn((1+γ) L W (WᵀW + γI)⁻¹). W (WᵀW + γI)⁻¹ is (WWᵀ + γI)⁻¹ W, here on the eigenvectors of the smaller WWᵀ, and the
 * factor 1+γ changes no sign.
 */
function codesOf(kernels: Kernels, labels: Matrix64, w: Matrix64, gamma: number): Matrix64 {
  const { values, vectors } = eigenOf(kernels, product(w, transposed(w)));
  const rotated = product(vectors, w);
  for (let e = 0; e < rotated.data.length; e++) rotated.data[e]! /= values[Math.floor(e / rotated.columns)]! + gamma;
  return map(product(labels, product(transposed(vectors), rotated)), sgn);
}

interface Eigen {
  readonly values: Float64Array;
  /** A row per eigenvalue. */
  readonly vectors: Matrix64;
}

/** @param symmetric is overwritten. */
function eigenOf(kernels: Kernels, symmetric: Matrix64): Eigen {
  const { values, vectors } = symmetricEigen(kernels, symmetric.data, symmetric.rows);
  return { values, vectors: { rows: symmetric.rows, columns: symmetric.rows, data: vectors } };
}

/** X with A X + X C = right for symmetric A and C: on their eigenvectors it is a division by sums of eigenvalues. */
function solveSylvester(a: Eigen, c: Eigen, right: Matrix64): Matrix64 {
  const x = product(product(a.vectors, right), transposed(c.vectors));
  for (let e = 0; e < x.data.length; e++) {
    x.data[e]! /= a.values[Math.floor(e / x.columns)]! + c.values[e % x.columns]!;
  }
  return product(product(transposed(a.vectors), x), c.vectors);
}

/** A random matrix [classes, bits] of normal values with its singular values set to 1: G → G (GᵀG)^−½ on the shorter side. */
export function randomStart(kernels: Kernels, classes: number, bits: number, random: Random): Matrix64 {
  const gaussian = matrix64(
    classes,
    bits,
    Float64Array.from({ length: classes * bits }, () => random.normal()),
  );
  const wide = classes <= bits;
  const [short, long] = wide ? [gaussian, transposed(gaussian)] : [transposed(gaussian), gaussian];
  const { values, vectors } = eigenOf(kernels, product(short, long));
  const rotated = product(vectors, short);
  for (let e = 0; e < rotated.data.length; e++) rotated.data[e]! /= Math.sqrt(values[Math.floor(e / rotated.columns)]!);
  const result = product(transposed(vectors), rotated);
  return wide ? result : transposed(result);
}
