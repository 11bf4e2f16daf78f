// The files that the HDF5 library may open: the one that is read, and its filters. An untrusted file can name any other.
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import type { ready } from "h5wasm/node";

/** Emscripten's ENOENT. */
const notFound = 44;

interface FileSystem {
  open(path: string, flags: string | number, mode?: number): { fd: number };
  write(stream: { fd: number }, bytes: ArrayBufferView, offset: number, length: number, at?: number): number;
  readonly ErrnoError: new (code: number) => Error;
}

/** Where the compiled filters of h5wasm-plugins lie, undefined where the package is not installed. */
function filterFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("h5wasm-plugins/package.json")), "plugins");
  } catch {
    return undefined;
  }
}

/**
 * Lets the library open this one file for reading, and filters; everything else (external links, external and virtual storage) is
 * not there. What it prints goes to `print`.
 */
export function confine(module: Awaited<typeof ready>, file: string, print: (text: string) => void): void {
  const system = module.FS as unknown as FileSystem;
  const [open, write] = [system.open.bind(system), system.write.bind(system)];
  const filters = filterFolder();
  const isFilter = (path: string) => filters !== undefined && (path === filters || path.startsWith(filters + sep));
  system.open = (path, flags, mode) => {
    const target = resolve(path);
    const isReading = typeof flags === "number" ? (flags & 3) === 0 : flags === "r";
    if (!isReading || (target !== file && !isFilter(target))) throw new system.ErrnoError(notFound);
    return open(path, flags, mode);
  };
  system.write = (stream, bytes, offset, length, at) => {
    if (stream.fd !== 1 && stream.fd !== 2) return write(stream, bytes, offset, length, at);
    print(Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length).toString());
    return length;
  };
  while (module.get_plugin_search_paths().length > 0) module.remove_plugin_search_path(0);
  if (filters !== undefined) module.insert_plugin_search_path(filters, 0);
}

/** Filters that HDF5 has built in (deflate, shuffle, checksum, szip, n-bit, scale-offset), and those of h5wasm-plugins. */
const builtIn = [1, 2, 3, 4, 5, 6];
const plugins = [307, 32000, 32001, 32004, 32008, 32013, 32015, 32019, 32022, 32023, 32026];

/** Says whether values behind this filter can be read. */
export function isFilterThere(id: number): boolean {
  return builtIn.includes(id) || (plugins.includes(id) && filterFolder() !== undefined);
}
