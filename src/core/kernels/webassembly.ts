// The part of the WebAssembly interface that is used here, typed: neither Node's types nor TypeScript's ES library carry it.

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module; workers are given it ready-made. */
export type WasmModule = object;

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

type Imports = Record<string, Record<string, unknown>>;

export const wasm = (globalThis as unknown as { WebAssembly: unknown }).WebAssembly as {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Instance: new (module: WasmModule, imports: Imports) => WasmInstance;
  compile(bytes: Uint8Array): Promise<WasmModule>;
};
