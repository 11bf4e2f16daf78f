// What PyTorch's pickles may refer to: tensors, storages and what state dictionaries are made of. Nothing is called or imported.
import {
  numpyPickles,
  PickleError,
  type PickleNames,
  PythonDictionary,
  PythonName,
  PythonObject,
  type PythonValue,
} from "../pickle.js";
import { valueCount, type WeightType } from "./weight-file.js";

/** Bytes that tensors lie in, outside the pickle. */
export class TorchStorage extends PythonObject {
  readonly what = "a storage of PyTorch";
  constructor(
    /** What the file knows it by. */
    readonly key: string,
    readonly type: WeightType,
    /** How many values it has. */
    readonly length: number,
    /** First value, where it is a part of a longer one. */
    readonly start = 0,
  ) {
    super();
  }
}

/** A tensor over a storage: element (i, j, …) lies at offset + i · strides[0] + j · strides[1] + … */
export class TorchTensor extends PythonObject {
  readonly what = "a tensor of PyTorch";
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }
}

const storageTypes: Readonly<Record<string, WeightType>> = {
  FloatStorage: "single",
  HalfStorage: "half",
  BFloat16Storage: "bfloat16",
  DoubleStorage: "double",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "uint8",
};

const elementTypes =
  "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 bool half float double long int short".split(" ");

const names: Readonly<Record<string, string>> = {
  ...numpyPickles.names,
  "collections OrderedDict": "OrderedDict",
  "torch._utils _rebuild_tensor": "tensor",
  "torch._utils _rebuild_tensor_v2": "tensor",
  "torch._utils _rebuild_parameter": "parameter",
  "torch.nn.parameter Parameter": "parameter",
  "torch Size": "Size",
  "torch device": "device",
  ...Object.fromEntries(elementTypes.map((name) => [`torch ${name}`, name])),
  ...Object.fromEntries(Object.keys(storageTypes).map((name) => [`torch ${name}`, name])),
};

/** The names of a PyTorch file, whose storages are in order. */
export const torchPickles: PickleNames = {
  names,
  call(name, values) {
    const [first] = values;
    if (name === "OrderedDict") return dictionary(first);
    if (name === "tensor") return tensor(values);
    if (name === "parameter" && first instanceof TorchTensor) return first;
    if (name === "Size" && Array.isArray(first)) return first;
    if (name === "device") return String(first);
    return numpyPickles.call(name, values);
  },
  // A state dictionary's `_metadata`: versions of the layers, which nothing here depends on.
  build: (object, state) => object instanceof PythonDictionary || numpyPickles.build(object, state),
  persistent,
};

function dictionary(pairs: PythonValue | undefined): PythonDictionary {
  const result = new PythonDictionary();
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new PickleError("a damaged pickle");
    result.entries.push([pair[0]!, pair[1]!]);
  }
  return result;
}

function tensor([storage, offset, shape, strides]: readonly PythonValue[]): TorchTensor {
  const count = valueCount(shape);
  const isStrides = valueCount(strides) !== undefined || Array.isArray(strides);
  if (!(storage instanceof TorchStorage) || typeof offset !== "number" || count === undefined || !isStrides) {
    throw new PickleError("a damaged tensor");
  }
  const [sizes, steps] = [shape as number[], strides as number[]];
  const isStep = (step: unknown) => Number.isSafeInteger(step) && (step as number) >= 0;
  if (steps.length !== sizes.length || !steps.every(isStep) || !isStep(offset)) {
    throw new PickleError("a tensor whose strides do not fit its shape");
  }
  const last = sizes.reduce((place, size, axis) => place + (size - 1) * (steps[axis] ?? 0), offset);
  if (count > 0 && (last >= storage.length || count > storage.length)) {
    throw new PickleError(
      `a tensor of shape [${sizes.join(", ")}] that its ${storage.length} stored values do not hold`,
    );
  }
  return new TorchTensor(storage, offset, sizes, steps);
}

/** ("storage", type, key, device, length), and in older files the part of it that is meant: (key, first value, length). */
function persistent(id: PythonValue): TorchStorage {
  const [what, type, key, , length, part] = Array.isArray(id) ? id : [];
  const element = type instanceof PythonName ? storageTypes[type.name] : undefined;
  if (what !== "storage" || element === undefined || typeof key !== "string" || !isLength(length)) {
    throw new PickleError("a damaged storage");
  }
  if (!Array.isArray(part)) return new TorchStorage(key, element, length);
  const [, start, count] = part;
  if (!isLength(start) || !isLength(count) || start + count > length) throw new PickleError("a damaged storage");
  return new TorchStorage(key, element, count, start);
}

const isLength = (value: PythonValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
