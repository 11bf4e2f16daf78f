// How files beside an ONNX model are read; a file of its own, so that public types name no protobuf.

/** Reads bytes of a file beside the model. @throws UserError where it is outside the model's folder, or has not as many. */
export type ReadExternal = (location: string, offset: number, length: number) => Uint8Array;
