// PyTorch's files of weights (.pth, .pt, .bin): a ZIP archive, or the older form before version 1.6. Nothing in the pickle is run.
import { UserError } from "../../../errors.js";
import { PickleError, PythonDictionary, type PythonValue, readPickle, readPickleAt } from "../pickle.js";
import type { Source } from "../source.js";
import { openEntry, zipEntries } from "../zip.js";
import { type TorchStorage, TorchTensor, torchPickles } from "./torch-pickle.js";
import { asFloat32, typeNotes, valueCount, type WeightFile, type WeightTensor, weightBytes } from "./weight-file.js";

/** Bytes of a storage, from a place on. */
type ReadStorage = (storage: TorchStorage, start: number, length: number) => Uint8Array;

/** Tensors may share storages; all together they are no more than so many times what is stored. */
const mostShared = 64;

/**
 * The tensors of a PyTorch file in ZIP form.
 * @param part which dictionary of a checkpoint, where several hold tensors.
 * @throws UserError where it is none or damaged, holds anything but tensors and plain values (named), or the part is to be said.
 */
export function readTorch(source: Source, part?: string): WeightFile {
  const { path } = source;
  const entries = new Map(zipEntries(source).map((entry) => [entry.name, entry]));
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const folder = pickles[0]?.slice(0, -"data.pkl".length);
  if (folder === undefined || pickles.length > 1)
    throw new UserError(`${path} is no file of PyTorch: no data.pkl in it`);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new UserError(
      `${path} is a TorchScript program, which is not run here; save model.state_dict() with torch.save`,
    );
  }
  const text = (name: string) => {
    const entry = entries.get(folder + name);
    if (entry === undefined) return undefined;
    const opened = openEntry(source, entry);
    return Buffer.from(opened.read(0, Math.min(opened.size, 64)))
      .toString("latin1")
      .trim();
  };
  const order = text("byteorder") ?? "little";
  if (order !== "little" && order !== "big") throw new UserError(`${path} is damaged: its byte order is "${order}"`);
  const read: ReadStorage = (storage, start, length) => {
    const entry = entries.get(`${folder}data/${storage.key}`);
    if (entry === undefined) throw new UserError(`${path} is truncated: storage ${storage.key} is missing`);
    if (entry.method !== 0) throw new UserError(`${path}: its tensors are compressed, which PyTorch does not do`);
    const opened = openEntry(source, entry);
    if (opened.size !== storage.length * weightBytes(storage.type)) {
      throw new UserError(`${path} is damaged: storage ${storage.key} has ${opened.size} bytes`);
    }
    return opened.read(start, length);
  };
  const pickle = openEntry(source, entries.get(pickles[0]!)!);
  const value = asUserError(path, () => readPickle(pickle.read(0, pickle.size), torchPickles));
  return weightFile(source, value, read, order === "little", part);
}

/** PyTorch's number of its older form. */
const magic = 119547037146038801333356n;

export const isLegacyTorch = (start: Uint8Array): boolean =>
  Buffer.from(start.subarray(0, 15)).equals(
    Buffer.concat([Buffer.from([0x80, 2, 0x8a, 10]), magicBytes(), Buffer.from(".")]),
  );

function magicBytes(): Buffer {
  const bytes = Buffer.from(magic.toString(16).padStart(20, "0"), "hex");
  return bytes.reverse();
}

/** Version, description of the machine, the object and the keys of its storages, one pickle each; then the storages. */
export function readLegacyTorch(source: Source, part?: string): WeightFile {
  const { path, size } = source;
  const bytes = source.read(0, size);
  return asUserError(path, () => {
    let at = 0;
    const next = () => {
      const { value, end } = readPickleAt(bytes, at, torchPickles);
      at = end;
      return value;
    };
    next();
    if (next() !== 1001) throw new PickleError("another version of PyTorch's older form");
    const machine = next();
    const isLittle = machine instanceof PythonDictionary && entry(machine, "little_endian") === true;
    const value = next();
    const keys = next();
    const places = new Map<string, { at: number; length: number }>();
    const types = new Map<string, number>();
    for (const tensor of tensorsIn(value)) types.set(tensor.storage.key, weightBytes(tensor.storage.type));
    for (const key of Array.isArray(keys) ? keys : []) {
      if (typeof key !== "string" || at + 8 > size) throw new PickleError("a truncated list of storages");
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
      const length = Number(view.getBigInt64(0, isLittle));
      const width = types.get(key);
      // Which width its values have is known of tensors alone; what lies behind could not be found.
      if (width === undefined) throw new PickleError("a storage that no tensor refers to");
      if (length < 0 || at + 8 + length * width > size) throw new PickleError("a truncated storage");
      places.set(key, { at: at + 8, length });
      at += 8 + length * width;
    }
    const read: ReadStorage = (storage, start, length) => {
      const place = places.get(storage.key);
      const width = weightBytes(storage.type);
      if (place === undefined || storage.start + storage.length > place.length) {
        throw new UserError(`${path} is truncated: storage ${storage.key} is missing`);
      }
      const from = place.at + storage.start * width + start;
      return bytes.subarray(from, from + length);
    };
    return weightFile(source, value, read, isLittle, part);
  });
}

function asUserError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new UserError(
      `${path} holds ${error.message}, which is not read: weights are tensors in dictionaries, and nothing in a file is run; save model.state_dict() with torch.save`,
    );
  }
}

const entry = (dictionary: PythonDictionary, name: string) => dictionary.entries.find(([key]) => key === name)?.[1];

const hasTensors = (value: PythonValue | undefined): boolean =>
  value instanceof PythonDictionary && value.entries.some(([, each]) => each instanceof TorchTensor);

/** Every tensor in a value, however deep. */
function tensorsIn(value: PythonValue): TorchTensor[] {
  const found = new Set<TorchTensor>();
  const seen = new Set<PythonValue>();
  const open: PythonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof TorchTensor) found.add(next);
    if (seen.has(next)) continue;
    if (next instanceof PythonDictionary) {
      seen.add(next);
      for (const [, each] of next.entries) open.push(each);
    } else if (Array.isArray(next)) {
      seen.add(next);
      for (const each of next) open.push(each);
    }
  }
  return [...found];
}

/** The dictionary of tensors: the value itself, the one that a checkpoint has, or the one that `part` names. */
function stateOf(
  path: string,
  value: PythonValue,
  part: string | undefined,
): { state: PythonDictionary; notes: string[] } {
  if (!(value instanceof PythonDictionary)) {
    throw new UserError(`${path} holds no dictionary of tensors; save model.state_dict() with torch.save`);
  }
  const parts = value.entries
    .filter(([key, each]) => typeof key === "string" && hasTensors(each))
    .map(([key]) => String(key));
  const found = part === undefined ? undefined : entry(value, part);
  if (part !== undefined) {
    if (!(found instanceof PythonDictionary) || !hasTensors(found)) {
      throw new UserError(`${path} has no part "${part}" with tensors; it has ${parts.join(", ") || "no parts"}`);
    }
    return { state: found, notes: [] };
  }
  if (hasTensors(value)) return { state: value, notes: [] };
  if (parts.length !== 1) {
    throw new UserError(
      parts.length === 0
        ? `${path} holds no tensors`
        : `${path} is a checkpoint with several sets of tensors: ${parts.join(", ")}; say which one is meant`,
    );
  }
  const others = value.entries.map(([key]) => String(key)).filter((key) => key !== parts[0]);
  const notes =
    others.length === 0 ? [] : [`${path}: its "${parts[0]}" is read; ${others.slice(0, 5).join(", ")} are left`];
  return { state: entry(value, parts[0]!) as PythonDictionary, notes };
}

function weightFile(source: Source, value: PythonValue, read: ReadStorage, little: boolean, part?: string): WeightFile {
  const { path } = source;
  const { state, notes } = stateOf(path, value, part);
  const tensors = new Map<string, WeightTensor>();
  let total = 0;
  for (const [key, each] of state.entries) {
    if (typeof key !== "string") throw new UserError(`${path}: a tensor's name is no text`);
    if (!(each instanceof TorchTensor)) {
      notes.push(`${path}: "${key}" is no tensor and is left`);
      continue;
    }
    if (tensors.has(key)) throw new UserError(`${path}: two tensors are named "${key}"`);
    const { storage, shape } = each;
    total += (valueCount(shape) ?? 0) * weightBytes(storage.type);
    if (total > mostShared * source.size) throw new UserError(`${path}: its tensors claim ${total} bytes and more`);
    tensors.set(key, { shape, type: storage.type, read: () => values(each, read, path, key, little) });
  }
  return { path, tensors, notes: [...notes.slice(0, 20), ...typeNotes(path, tensors)], close: source.close };
}

/** The values of a tensor row after row, wherever its strides say that they lie. */
function values(tensor: TorchTensor, read: ReadStorage, path: string, name: string, little: boolean): Float32Array {
  const { storage, offset, shape, strides } = tensor;
  const width = weightBytes(storage.type);
  const count = valueCount(shape) ?? 0;
  if (count === 0) return new Float32Array();
  const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
  const bytes = read(storage, offset * width, reach * width);
  if (bytes.length !== reach * width) throw new UserError(`${path} is truncated: "${name}" ends early`);
  const stored = asFloat32(bytes, storage.type, path, name, little);
  let isPlain = true;
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) isPlain = false;
    step *= shape[axis] ?? 1;
  }
  if (isPlain) return stored;
  const result = new Float32Array(count);
  const places = shape.map(() => 0);
  for (let i = 0, at = 0; i < count; i++) {
    result[i] = stored[at] ?? Number.NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] ?? 0;
      at += step;
      places[axis] = (places[axis] ?? 0) + 1;
      if ((places[axis] ?? 0) < (shape[axis] ?? 1)) break;
      at -= step * (shape[axis] ?? 1);
      places[axis] = 0;
    }
  }
  return result;
}
