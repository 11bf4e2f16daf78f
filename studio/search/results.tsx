// What one search found: pictures or words, how far each is, and whether its label agrees.
import type { IndexInfo, SearchReply } from "../../src/server/api.js";
import { type Address, follow, go, writeAddress } from "../address.js";
import { hasToken, type SearchBody, search } from "../client.js";
import { Copy } from "../copy.js";
import { agrees, shown } from "../item.js";
import { useLoad } from "../load.js";
import { Bar, Failure, Labels, Picture, Score } from "../parts.js";
import { curlCommand } from "./curl.js";
import { isOwn, mostHits } from "./plan.js";

interface PanelProps {
  address: Address;
  index: IndexInfo;
  /** The request, or why there is none. */
  request: SearchBody | string;
  /** Labels of the query, where it has any. */
  labels: readonly string[];
  /** Whether the index is named: where several stand side by side. */
  isNamed: boolean;
  /** Whether the index's notes stand here: in the first view only. */
  hasNotes: boolean;
  onChoose: (id: string, view: string) => Partial<Address>;
}

/** The hits of one index in one view. */
export function Panel({ address, index, request, labels, isNamed, hasNotes, onChoose }: PanelProps) {
  const isRequest = typeof request !== "string";
  const found = useLoad(isRequest ? JSON.stringify(request) : undefined, (signal) =>
    search(request as SearchBody, signal),
  );
  const reply = isRequest ? found.value : undefined;
  const hits = (reply?.hits ?? []).filter((hit) => isRequest && !isOwn(request, hit)).slice(0, address.k);
  return (
    <section class="panel" aria-label={isNamed ? index.name : undefined} aria-busy={found.isLoading}>
      {(isNamed || reply) && (
        <p class="facts">
          {isNamed && <b>{index.name}</b>}
          <Facts index={index} reply={reply && { ...reply, hits }} labels={labels} />
          {isRequest && reply && (
            <Copy
              name="Copy as curl"
              text={() => curlCommand(new URL("search", location.href).href, request, hasToken())}
            />
          )}
        </p>
      )}
      {!isRequest && <p class="soft">{request}</p>}
      {(hasNotes ? reply?.notes : undefined)?.map((note) => (
        <p key={note} class="soft" role="note">
          {note[0]!.toUpperCase()}
          {note.slice(1)}.
        </p>
      ))}
      {found.error !== undefined && <Failure message={found.error} again={found.again} />}
      {found.isLoading && !reply && <Waiting count={Math.min(address.k, 12)} />}
      {reply && hits.length === 0 && !found.isLoading && (
        <p class="soft">
          {isRequest && request.distinct ? "Nothing else is stored." : "Nothing is stored in this view."}
        </p>
      )}
      {reply && (
        <ol class={`hits${found.isLoading ? " old" : ""}`}>
          {hits.map((hit, i) => {
            const { title, words, thumbnail, labels: own } = shown(hit.id, hit.metadata);
            const change = onChoose(hit.id, hit.view);
            return (
              <li key={`${hit.view} ${hit.id}`}>
                <a
                  class="card"
                  tabIndex={i === 0 ? 0 : -1}
                  href={writeAddress({ ...address, ...change })}
                  onClick={(event) => follow(event, change)}
                >
                  <Picture address={thumbnail} words={words} />
                  {thumbnail !== undefined && <span class="title">{title}</span>}
                  <span class="figures">
                    <Score hit={hit} bits={reply.bits} />
                  </span>
                  <Labels labels={own} agreement={agrees(labels, own)} />
                </a>
              </li>
            );
          })}
        </ol>
      )}
      {reply && reply.hits.length >= (request as SearchBody).k && address.k < mostHits && (
        <button
          type="button"
          class="more"
          disabled={found.isLoading}
          onClick={() => go({ k: Math.min(mostHits, 2 * address.k) }, { replace: true })}
        >
          {found.isLoading ? "Searching…" : "More results"}
        </button>
      )}
    </section>
  );
}

function Facts({ index, reply, labels }: { index: IndexInfo; reply?: SearchReply; labels: readonly string[] }) {
  const verdicts = (reply?.hits ?? []).flatMap(({ id, metadata }) => agrees(labels, shown(id, metadata).labels) ?? []);
  const same = verdicts.filter(Boolean).length;
  return (
    <>
      <span>
        {index.method} · {index.bits > 0 ? `${index.bits} bits` : `${index.dimensions} values`}
      </span>
      {reply && <span>{milliseconds(reply.seconds)}</span>}
      {verdicts.length > 0 && (
        <span class="agreement">
          <Bar share={same / verdicts.length} />
          {same} of {verdicts.length} with the query’s label
        </span>
      )}
    </>
  );
}

function milliseconds(seconds: number): string {
  const time = seconds * 1000;
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
}

function Waiting({ count }: { count: number }) {
  return (
    <div class="hits" role="status" aria-label="Searching">
      {Array.from({ length: count }, (_, i) => (
        <span key={i} class="card empty-card" />
      ))}
    </div>
  );
}
