// An encoder from a file that anybody may have made: taken apart, checked, and put together again from what was checked.
import { UserError } from "../../errors.js";
import { type Call, operators } from "./operators.js";
import { type Onnx, onnx } from "./schema.js";
import { countOf, ShapeError, type Value } from "./shapes.js";
import { wholeNumbersOf } from "./whole-numbers.js";

/** An input or output; of an encoder of features a matrix, rows by columns, or pictures, [rows, channels, height, width]. */
export interface Port {
  readonly name: string;
  /** Its sizes; undefined where any will do. */
  readonly dims: readonly (number | undefined)[];
  /** Type of its values, by ONNX's number: 1 float32, 7 int64. */
  readonly type: number;
  /** Values of a row, where that is known; else 0. */
  readonly columns: number;
  /** Of type float32. */
  readonly isFloat: boolean;
}

/** So many values may a graph hold at a time in one call, from when they are computed to their last use (4 bytes each as float32). */
const mostValues = 2 ** 28;
/** So many multiplications may one call of a stranger's encoder take: some seconds. */
const mostWork = 2 ** 38;
/** The same for an encoder that the user names: large vision transformers take 3 · 10¹¹ for a picture. */
const mostNamedWork = 2 ** 40;
const mostNodes = 10_000;
/** Whole numbers are followed through the graph where there are no more than these: shapes and axes. */
const mostIntegers = 64;
const leastOpset = 13;
const FLOAT = 1;

/** Bytes of a value, and where values are kept that are not raw, by the type's number. */
const tensorTypes: Readonly<
  Record<number, { bytes: number; list: "floatData" | "int32Data" | "int64Data" | "doubleData" }>
> = {
  1: { bytes: 4, list: "floatData" },
  2: { bytes: 1, list: "int32Data" },
  3: { bytes: 1, list: "int32Data" },
  6: { bytes: 4, list: "int32Data" },
  7: { bytes: 8, list: "int64Data" },
  9: { bytes: 1, list: "int32Data" },
  10: { bytes: 2, list: "int32Data" },
  11: { bytes: 8, list: "doubleData" },
};

/** A model that does not pass; the message says what is wrong, without the file. */
class EncoderError extends Error {}

interface Node {
  readonly label: string;
  readonly operator: string;
  readonly rule: (call: Call) => ReturnType<NonNullable<ReturnType<typeof operators.get>>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Onnx.IAttributeProto>;
}

/**
 * An ONNX model of a feed-forward or convolutional encoder. It holds its weights itself, has operators that neither loop nor
 * read anything, and the size of every result is known before it runs.
 */
export class EncoderFile {
  /** The inputs that are no weights. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #weights: ReadonlyMap<string, Value>;
  readonly #nodes: readonly Node[];
  readonly #model: Onnx.IModelProto;

  private constructor(
    private readonly path: string,
    model: Onnx.IModelProto,
    private readonly mostWork: number,
  ) {
    const { graph } = model;
    if (!graph?.node?.length) throw new EncoderError("it holds no graph");
    if (model.functions?.length || model.trainingInfo?.length) throw new EncoderError("functions are not known");
    if (graph.sparseInitializer?.length) throw new EncoderError("sparse weights are not known");
    if (graph.node.length > mostNodes) throw new EncoderError(`${graph.node.length} nodes, ${mostNodes} at most`);
    const own = model.opsetImport?.filter(({ domain }) => isOwn(domain)).map(({ version }) => Number(version)) ?? [];
    if (own.length !== 1 || own[0]! < leastOpset) {
      throw new EncoderError(`operators of version ${own.join() || "unknown"}, expected ${leastOpset} or later`);
    }
    const weights = new Map<string, Value>();
    for (const tensor of graph.initializer ?? []) {
      if (weights.has(tensor.name!)) throw new EncoderError(`two weights are named "${tensor.name}"`);
      weights.set(tensor.name!, weightOf(tensor));
    }
    const input = graph.input?.filter(({ name }) => !weights.has(name!)) ?? [];
    this.#weights = weights;
    this.#nodes = graph.node.map(nodeOf);
    this.inputs = input.map(portOf);
    this.outputs = (graph.output ?? []).map(portOf);
    const { node, initializer, output } = graph;
    // Only what was looked at: another reader could understand the rest in another way.
    this.#model = {
      irVersion: model.irVersion,
      opsetImport: model.opsetImport,
      graph: { name: graph.name, node, initializer, input, output },
    };
  }

  /**
   * Takes the bytes of a file.
   * @param path for messages.
   * @throws UserError where they are no ONNX model or not of this kind.
   */
  static read(bytes: Uint8Array, path: string): EncoderFile {
    return asUserError(path, () => {
      const file = new EncoderFile(path, decoded(bytes, path), mostWork);
      for (const port of [...file.inputs, ...file.outputs]) checkMatrix(port);
      return file;
    });
  }

  /**
   * The same for a model whose inputs and outputs may have any number of dimensions: of pictures or of texts.
   * @throws UserError where the bytes are no ONNX model or not of this kind.
   */
  static readAnyRank(bytes: Uint8Array, path: string): EncoderFile {
    return asUserError(path, () => new EncoderFile(path, decoded(bytes, path), mostNamedWork));
  }

  /** The model as checked, for ONNX Runtime. */
  bytes(): Uint8Array {
    return onnx.ModelProto.encode(this.#model).finish();
  }

  /**
   * What a call on so many rows gives: the shape of an output.
   * @throws UserError where the graph does not fit together, or a call would take too much memory or time.
   */
  outputShape(output: string, rows: number): readonly number[] {
    return this.shapeFor(output, new Map(this.inputs.map((port) => [port.name, [rows, ...rowShape(port)]])));
  }

  /**
   * What a call on inputs of these shapes gives: the shape of an output.
   * @throws UserError where the graph does not fit together, or a call would take too much memory or time.
   */
  shapeFor(output: string, inputs: ReadonlyMap<string, readonly number[]>): readonly number[] {
    return asUserError(this.path, () => {
      const found = this.#shapes(inputs).get(output);
      if (found === undefined) throw new EncoderError(`nothing computes its output "${output}"`);
      return found.dims;
    });
  }

  /**
   * How many rows one call may take: `most`, or half of it and so on where that would take too much memory or time; 1 at least.
   * @param shapes of the inputs for so many rows.
   */
  fittingRows(output: string, most: number, shapes: (rows: number) => ReadonlyMap<string, readonly number[]>): number {
    for (let rows = most; rows > 1; rows = Math.floor(rows / 2)) {
      try {
        this.shapeFor(output, shapes(rows));
        return rows;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }
    return 1;
  }

  #shapes(inputs: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, Value> {
    const values = new Map(this.#weights);
    for (const [name, dims] of inputs) values.set(name, { dims });
    const computed = new Set<string>();
    const lastUse = new Map(this.#nodes.flatMap((node, i) => node.inputs.map((name) => [name, i] as const)));
    for (const { name } of this.outputs) lastUse.set(name, this.#nodes.length);
    let [held, work] = [0, 0];
    for (const [place, node] of this.#nodes.entries()) {
      const inputs = node.inputs.map((name) => {
        if (name === "") return undefined;
        const value = values.get(name);
        if (value === undefined) throw new EncoderError(`${node.label} takes "${name}", which nothing before it gives`);
        return value;
      });
      const results = apply(node, inputs);
      for (const [i, name] of node.outputs.entries()) {
        if (name === "") continue;
        const value = results.values[i];
        if (value === undefined) throw new EncoderError(`${node.label} has ${node.outputs.length} results`);
        if (values.has(name)) throw new EncoderError(`two values are named "${name}"`);
        values.set(name, (value.integers?.length ?? 0) > mostIntegers ? { dims: value.dims } : value);
        computed.add(name);
      }
      const written = results.values.reduce((sum, { dims }) => sum + countOf(dims), 0);
      const read = inputs.reduce((sum, value) => sum + (value ? countOf(value.dims) : 0), 0);
      held += written;
      work += written + read + (results.work ?? 0);
      if (held + (results.held ?? 0) > mostValues)
        throw new EncoderError(`${node.label}: results of more than ${mostValues} values`);
      if (work > this.mostWork) throw new EncoderError(`${node.label}: more than ${this.mostWork} multiplications`);
      const done = new Set([...node.inputs, ...node.outputs].filter((name) => (lastUse.get(name) ?? place) === place));
      for (const name of done) {
        if (computed.has(name)) held -= countOf(values.get(name)!.dims);
        computed.delete(name);
      }
    }
    return values;
  }
}

/** What `work` gives; what is wrong with the file becomes an error caused by user input. */
function asUserError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    throw new UserError(`${path} is no encoder that can be used: ${error.message}`);
  }
}

const isOwn = (domain: string | null | undefined) => !domain || domain === "ai.onnx";

function nodeOf({ opType, domain, name, input, output, attribute }: Onnx.INodeProto): Node {
  const label = `operator ${opType}${name ? ` ("${name}")` : ""}`;
  const rule = isOwn(domain) ? operators.get(opType!) : undefined;
  if (rule === undefined) {
    const full = isOwn(domain) ? opType : `${domain}.${opType}`;
    throw new EncoderError(`operator ${full} is not one of those that encoders from files may have`);
  }
  const attributes = new Map<string, Onnx.IAttributeProto>();
  for (const each of attribute ?? []) {
    const { g, graphs, sparseTensor, sparseTensors, tensors, refAttrName } = each;
    if (g || graphs?.length || sparseTensor || sparseTensors?.length || tensors?.length || refAttrName) {
      throw new EncoderError(`${label}: its attribute "${each.name}" holds a graph, tensors or a reference`);
    }
    if (attributes.has(each.name!)) throw new EncoderError(`${label} has the attribute "${each.name}" twice`);
    if (each.t) weightOf(each.t);
    attributes.set(each.name!, each);
  }
  return { label, operator: opType!, rule, inputs: input ?? [], outputs: output ?? [], attributes };
}

function apply({ label, operator, rule, outputs, attributes }: Node, inputs: readonly (Value | undefined)[]) {
  const { AttributeType } = onnx.AttributeProto;
  const of = (name: string, type: Onnx.AttributeProto.AttributeType) => {
    const attribute = attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.type !== type) throw new EncoderError(`${label}: its attribute "${name}" is of another kind`);
    return attribute;
  };
  const call: Call = {
    inputs,
    outputs: outputs.length,
    integer: (name, missing) => Number(of(name, AttributeType.INT)?.i ?? missing),
    integers: (name) => of(name, AttributeType.INTS)?.ints?.map(Number),
    text(name, missing) {
      const bytes = of(name, AttributeType.STRING)?.s;
      return bytes ? new TextDecoder().decode(bytes) : missing;
    },
    tensor(name) {
      const tensor = of(name, AttributeType.TENSOR)?.t;
      return tensor ? weightOf(tensor) : undefined;
    },
    has: (name) => attributes.has(name),
  };
  try {
    const results = rule(call);
    for (const { dims } of results.values) countOf(dims);
    const [first, ...others] = results.values;
    if (first === undefined || first.integers !== undefined || others.length > 0) return results;
    const integers = wholeNumbersOf(operator, call, first.dims, mostIntegers);
    return integers ? { ...results, values: [{ dims: first.dims, integers }] } : results;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new EncoderError(`${label}: ${error.message}`);
  }
}

/** The shape of stored values. @throws EncoderError where they are not in the file, or not as many as the shape says. */
function weightOf(tensor: Onnx.ITensorProto): Value {
  const label = `weights "${tensor.name}"`;
  if (tensor.dataLocation || tensor.externalData?.length) {
    throw new EncoderError(`${label} are kept in another file, which is not read`);
  }
  const type = tensorTypes[tensor.dataType!];
  if (type === undefined) throw new EncoderError(`${label} are of type ${tensor.dataType}, which is not known`);
  const dims = tensor.dims?.map(Number) ?? [];
  const listed = tensor[type.list] ?? [];
  const isRaw = (tensor.rawData?.length ?? 0) > 0;
  let count: number;
  try {
    count = countOf(dims);
  } catch (error) {
    throw new EncoderError(`${label}: ${(error as Error).message}`);
  }
  const found = isRaw ? tensor.rawData!.length / type.bytes : listed.length;
  if (found !== count) throw new EncoderError(`${label}: ${found} values for shape [${dims.join(", ")}]`);
  if (!(tensor.dataType! in wholeReaders) || count > mostIntegers) return { dims };
  return { dims, integers: isRaw ? littleEndian(tensor.rawData!, count, tensor.dataType!) : listed.map(Number) };
}

/** Types whose numbers are followed: int32, int64 and bool. */
const wholeReaders: Readonly<Record<number, (view: DataView, i: number) => number>> = {
  6: (view, i) => view.getInt32(4 * i, true),
  7: (view, i) => Number(view.getBigInt64(8 * i, true)),
  9: (view, i) => Number(view.getUint8(i) !== 0),
};

function littleEndian(bytes: Uint8Array, count: number, type: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => wholeReaders[type]!(view, i));
}

/** The model in a file. @throws UserError where there is none. */
function decoded(bytes: Uint8Array, path: string): Onnx.IModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new UserError(`${path} is not a whole ONNX file: ${(error as Error).message}`);
  }
}

function portOf({ name, type }: Onnx.IValueInfoProto): Port {
  const { shape, elemType } = type?.tensorType ?? {};
  const dims = (shape?.dim ?? []).map(({ dimValue }) => (Number(dimValue) > 0 ? Number(dimValue) : undefined));
  const columns = dims.length > 1 ? dims.slice(1).reduce<number>((product, size) => product * (size ?? 0), 1) : 0;
  return { name: name!, dims, type: elemType ?? 0, columns, isFloat: elemType === FLOAT };
}

/** The sizes of a row: [columns], or channels, height and width. */
export function rowShape({ dims }: Port): number[] {
  return dims.slice(1).map((size) => size!);
}

/** A matrix, or pictures, of any number of rows. */
function checkMatrix({ name, dims, columns }: Port): void {
  if ((dims.length !== 2 && dims.length !== 4) || columns === 0) {
    throw new EncoderError(`"${name}" is no matrix with a known number of columns, and no pictures of a known size`);
  }
  if (dims[0] !== undefined) throw new EncoderError(`"${name}" has ${dims[0]} rows, expected any number of them`);
}
