// An ONNX file taken apart and checked: nodes, weights, inputs and outputs. It may be a stranger's.
import { UserError } from "../../../errors.js";
import type { ReadExternal } from "../../onnx/read-external.js";
import { type Onnx, onnx } from "../../onnx/schema.js";
import { dtypeOfOnnx, type OnnxTensor, onnxTensor } from "../../onnx/stored-tensor.js";
import type { Dim, DType } from "../../tensor/index.js";

/** An input or output of a graph. */
export interface Port {
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly dtype: DType;
}

export interface ImportedNode {
  /** For messages: `operator Conv ("/conv1/Conv")`. */
  readonly label: string;
  readonly operator: string;
  readonly proto: Onnx.INodeProto;
}

export interface Graph {
  readonly opset: number;
  readonly nodes: readonly ImportedNode[];
  readonly stored: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly string[];
}

const mostNodes = 10_000;
/** Versions of ONNX's operators whose rules are those of this reader. */
const [oldest, newest] = [11, 23];

const isOwn = (domain: string | null | undefined) => !domain || domain === "ai.onnx";
const shown = (text: string | null | undefined) => JSON.stringify((text ?? "").slice(0, 120));

/**
 * The parts of an ONNX model.
 * @param operators the operators that are known.
 * @param sizes numbers in place of named dimensions.
 * @throws UserError where the bytes are no model, or it has anything that is not known.
 */
export function readGraph(
  bytes: Uint8Array,
  operators: ReadonlySet<string>,
  sizes: Readonly<Record<string, number>>,
  external: ReadExternal | undefined,
): Graph {
  let model: Onnx.IModelProto;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new UserError(`it is not a whole ONNX file (${(error as Error).message})`);
  }
  const { graph } = model;
  if (!graph?.node?.length) throw new UserError("it holds no graph");
  if (graph.node.length > mostNodes) throw new UserError(`${graph.node.length} nodes, ${mostNodes} at most`);
  if (model.functions?.length) throw new UserError("functions are not known; export it with them inlined");
  if (graph.sparseInitializer?.length) throw new UserError("sparse weights are not known");
  const own = model.opsetImport?.filter(({ domain }) => isOwn(domain)).map(({ version }) => Number(version)) ?? [];
  const [opset] = own;
  if (own.length !== 1 || opset === undefined || !(opset >= oldest && opset <= newest)) {
    throw new UserError(`operators of version ${own.join() || "unknown"}, expected ${oldest} to ${newest}`);
  }
  const taken = new Set([
    ...graph.node.flatMap(({ input }) => input ?? []),
    ...(graph.output ?? []).map(({ name }) => name),
  ]);
  const nodes = graph.node.map((proto) => nodeOf(withoutUnused(proto, taken), operators));
  const stored = new Map<string, OnnxTensor>();
  for (const each of graph.initializer ?? []) {
    const name = each.name ?? "";
    if (stored.has(name)) throw new UserError(`two weights are named ${shown(name)}`);
    stored.set(name, onnxTensor(each, `weights ${shown(name)}`, external));
  }
  const inputs = (graph.input ?? []).filter(({ name }) => !stored.has(name ?? "")).map((each) => portOf(each, sizes));
  if (inputs.length === 0) throw new UserError("it has no input");
  const outputs = (graph.output ?? []).map(({ name }) => name ?? "");
  if (outputs.length === 0) throw new UserError("it has no output");
  return { opset, nodes, stored, inputs, outputs };
}

/** The node without further results that nothing takes, such as the mask of a dropout, which exporters name. */
function withoutUnused(proto: Onnx.INodeProto, taken: ReadonlySet<string | null | undefined>): Onnx.INodeProto {
  const output = proto.output ?? [];
  const last = Math.max(
    0,
    output.findLastIndex((name) => name !== "" && taken.has(name)),
  );
  return output.length <= last + 1 ? proto : { ...proto, output: output.slice(0, last + 1) };
}

function nodeOf(proto: Onnx.INodeProto, operators: ReadonlySet<string>): ImportedNode {
  const { opType, domain, name, attribute } = proto;
  const full = isOwn(domain) ? (opType ?? "") : `${domain}.${opType}`;
  const label = `operator ${full}${name ? ` (${shown(name)})` : ""}`;
  if (!isOwn(domain) || !operators.has(full)) throw new UserError(`${label} is not supported`);
  const names = new Set<string>();
  for (const each of attribute ?? []) {
    if (each.g || each.graphs?.length || each.sparseTensor || each.tensors?.length || each.refAttrName) {
      throw new UserError(`${label}: its attribute ${shown(each.name)} holds a graph, tensors or a reference`);
    }
    if (names.has(each.name ?? "")) throw new UserError(`${label} has the attribute ${shown(each.name)} twice`);
    names.add(each.name ?? "");
  }
  return { label, operator: full, proto };
}

/** A name that sums of dimensions can hold. */
const isName = (text: string) => /^[A-Za-z_][\w.]{0,63}$/.test(text);

function portOf({ name, type }: Onnx.IValueInfoProto, sizes: Readonly<Record<string, number>>): Port {
  const label = `input ${shown(name)}`;
  const { shape, elemType } = type?.tensorType ?? {};
  if (!shape) throw new UserError(`${label} is no tensor of a known number of dimensions`);
  const dims = (shape.dim ?? []).map(({ dimValue, dimParam }, axis): Dim => {
    const text = dimParam ?? "";
    const given = text === "" ? undefined : sizes[text];
    const size = given ?? (dimValue === null || dimValue === undefined ? 0 : Number(dimValue));
    if (text === "" || given !== undefined) {
      if (Number.isSafeInteger(size) && size > 0) return size;
      // A batch of any size often has no name.
      if (axis === 0 && given === undefined) return "n";
      throw new UserError(`${label}: its dimension ${axis} has no size and no name`);
    }
    if (!isName(text)) throw new UserError(`${label}: ${shown(text)} is no name of a dimension`);
    return text;
  });
  if (dims.length > 12) throw new UserError(`${label} has ${dims.length} dimensions`);
  return { name: name ?? "", shape: dims, dtype: dtypeOfOnnx(elemType, label) };
}
