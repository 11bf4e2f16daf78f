// The thread that reads large bodies, so that the event loop goes on meanwhile. Messages: bytes in; a value, or what is wrong, out.
import { parentPort } from "node:worker_threads";
import { UserError } from "../../errors.js";
import { type BodyKind, readBody } from "./body.js";

export interface BodyTask {
  readonly bytes: Uint8Array;
  readonly kind: BodyKind;
}

/** Metadata of the items come as JSON, to be parsed one by one: taking them over whole would hold up the event loop. */
export type BodyAnswer =
  | { readonly value: object; readonly metadata: readonly (string | undefined)[] }
  | { readonly error: string };

interface Body {
  features?: ArrayLike<number>;
  metadata?: unknown;
  readonly items?: Body[];
}

parentPort!.on("message", ({ bytes, kind }: BodyTask) => {
  let answer: BodyAnswer;
  try {
    const value = readBody(bytes, kind) as Body;
    const parts = [value, ...(value.items ?? [])];
    // Numbers of a typed array are taken over in one piece.
    for (const part of parts) if (part.features !== undefined) part.features = new Float64Array(part.features);
    const metadata = (value.items ?? []).map((item) => {
      const text = item.metadata === undefined ? undefined : JSON.stringify(item.metadata);
      delete item.metadata;
      return text;
    });
    answer = { value, metadata };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    answer = { error: error.message };
  }
  parentPort!.postMessage(answer);
});
