// The ONNX protobuf messages: onnx-proto is CommonJS, whose names Node cannot import one by one.
import protobuf, { type onnx as Onnx } from "onnx-proto";

export const onnx = protobuf.onnx;
export type { Onnx };
