// Texts as a batch of tokens: cut with their end kept (transformers.js itself drops it), padded to one length.
import type { PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import { commonEnd, cutTokens } from "../tokens.js";

/** Tokens of a text where nothing says how many. */
const usualTokens = 512;

type Lists = Readonly<Record<string, number[][]>>;

/** Makes batches of texts. @param padding to the longest text, or to the most that the model takes. */
export function textBatches(
  tokenizer: PreTrainedTokenizer,
  padding: true | "max_length",
  makeTensor: (values: BigInt64Array, shape: number[]) => Tensor,
): (texts: readonly string[]) => Record<string, Tensor> {
  const listsOf = (texts: readonly string[]) =>
    tokenizer([...texts], { padding: false, truncation: false, return_tensor: false }) as unknown as Lists;
  const [none, one] = listsOf(["", "a"]).input_ids as [number[], number[]];
  const ending = commonEnd(none, one).length;
  const own = tokenizer.model_max_length;
  const most = own >= 1 && own <= 32_768 ? own : usualTokens;
  return (texts) => {
    const lists = Object.entries(listsOf(texts));
    const cut = lists.map(([name, each]) => [name, each.map((list) => cutTokens(list, most, ending))] as const);
    const length = padding === "max_length" ? most : Math.max(...cut[0]![1].map((list) => list.length));
    return Object.fromEntries(
      cut.map(([name, each]) => {
        const filler = name === "input_ids" ? (tokenizer.pad_token_id ?? 0) : 0;
        const values = new BigInt64Array(each.length * length).fill(BigInt(filler));
        for (const [i, list] of each.entries()) {
          const start = tokenizer.padding_side === "left" ? length - list.length : 0;
          for (const [t, value] of list.entries()) values[i * length + start + t] = BigInt(value);
        }
        return [name, makeTensor(values, [each.length, length])];
      }),
    );
  };
}
