// What is looked for, where, and how.
import { useEffect, useRef, useState } from "preact/hooks";
import type { IndexInfo } from "../../src/server/api.js";
import { type Address, go, type QueryKind, queryKinds } from "../address.js";
import { Choose, Toggles } from "../parts.js";
import { pictureAddress, pictureIn, readPicture } from "./picture-file.js";
import { allViews, chosenIndexes, queryViews, targetViews, viewsOf } from "./plan.js";

interface FormProps {
  address: Address;
  indexes: readonly IndexInfo[];
  /** Views that the query's item is stored in. */
  stored?: readonly string[];
}

const kinds = { words: "Words", id: "Item", picture: "Picture" } as const;
const hints = { words: "What are you looking for?", id: "Id of a stored item", picture: "" } as const;

export function SearchForm({ address, indexes, stored }: FormProps) {
  const chosen = chosenIndexes(address, indexes);
  const [by, setBy] = useState<QueryKind>(address.by);
  const [text, setText] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isOver, setIsOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const able = queryKinds.filter((kind) => kind === "id" || queryViews(kind, chosen).length > 0);
  const kind = able.includes(by) ? by : "id";

  useEffect(() => {
    setBy(address.by);
    setText(address.by === "id" ? address.id : address.words);
    setTrouble("");
  }, [address.by, address.id, address.words]);

  const take = (picture: File | undefined) => {
    if (!picture) return;
    setTrouble("");
    readPicture(picture).then(
      (read) => go({ by: "picture", picture: read, words: "", id: "", view: "" }),
      (error: Error) => setTrouble(error.message),
    );
  };
  const takesPictures = able.includes("picture");
  useEffect(() => {
    if (!takesPictures) return;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setIsOver(true);
    };
    const left = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      setIsOver(false);
      take(pictureIn(event.dataTransfer));
    };
    const pasted = (event: ClipboardEvent) => {
      if ((event.clipboardData?.files.length ?? 0) === 0) return;
      event.preventDefault();
      take(pictureIn(event.clipboardData));
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", left);
    window.addEventListener("drop", dropped);
    window.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", left);
      window.removeEventListener("drop", dropped);
      window.removeEventListener("paste", pasted);
    };
  }, [takesPictures]);

  return (
    <search class={isOver ? "over" : ""}>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          if (kind === "picture") file.current?.click();
          else if (kind === "id") go({ by: "id", id: text, words: "", picture: "", view: "" });
          else go({ by: "words", words: text.trim(), id: "", picture: "", view: "" });
        }}
      >
        {able.length > 1 && (
          <Choose
            name="by"
            label="Search by"
            value={kind}
            options={able.map((each) => [each, kinds[each]] as const)}
            onChoose={setBy}
          />
        )}
        {kind === "picture" ? (
          <button type="button" id="query" class="drop" onClick={() => file.current?.click()}>
            {address.by === "picture" && address.picture !== "" && (
              <img src={pictureAddress(address.picture)} alt="" width="22" height="22" />
            )}
            Choose a picture, drop one here, or paste it
          </button>
        ) : (
          <input
            id="query"
            type="search"
            aria-label={kinds[kind]}
            placeholder={hints[kind]}
            value={text}
            maxLength={kind === "id" ? 512 : 10_000}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
        <input
          ref={file}
          type="file"
          class="hidden"
          tabIndex={-1}
          aria-label="Picture"
          accept="image/png,image/svg+xml,image/jpeg,image/webp"
          onChange={(event) => {
            take(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
        <button type="submit" class="chief">
          Search
        </button>
      </form>
      {trouble !== "" && (
        <p class="failure" role="alert">
          {trouble}
        </p>
      )}
      <Options address={address} indexes={indexes} chosen={chosen} kind={kind} stored={stored} />
    </search>
  );
}

function Options(props: FormProps & { chosen: readonly IndexInfo[]; kind: QueryKind }) {
  const { address, indexes, chosen, kind, stored } = props;
  const targets = targetViews(address, chosen);
  const froms = queryViews(kind, chosen, kind === address.by ? stored : undefined);
  const from = froms.includes(address.view) ? address.view : (froms[0] ?? "");
  const names = chosen.map(({ name }) => name);
  const toggle = (list: readonly string[], one: string) =>
    list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
  const [isOpen, setIsOpen] = useState(false);
  const said = [
    chosen.length > 1 ? `${chosen.length} indexes` : indexes.length > 1 ? names[0] : undefined,
    ...(targets.length > 0 && viewsOf(chosen).length > 1 ? [targets.join(", ")] : []),
    ...(address.mode === "approximate" ? ["approximate"] : []),
  ].filter((each) => each !== undefined);
  return (
    <>
      <button
        type="button"
        class="fold"
        aria-expanded={isOpen}
        aria-controls="options"
        onClick={() => setIsOpen(!isOpen)}
      >
        Options{said.length > 0 && <span class="soft"> · {said.join(" · ")}</span>}
      </button>
      <div id="options" class={`options${isOpen ? " open" : ""}`}>
        {indexes.length > 1 && (
          <div class="option">
            <span aria-hidden="true">Indexes</span>
            <Toggles
              label="Indexes side by side"
              options={indexes.map(({ name }) => name)}
              on={names}
              onToggle={(name) => go({ indexes: toggle(names, name) })}
            />
          </div>
        )}
        {froms.length > 1 && (
          <label class="option">
            Query seen as
            <select value={from} onChange={(event) => go({ view: event.currentTarget.value })}>
              {froms.map((view) => (
                <option key={view}>{view}</option>
              ))}
            </select>
          </label>
        )}
        {viewsOf(chosen).length > 1 && (
          <div class="option">
            <span aria-hidden="true">Find in</span>
            <Toggles
              label="Views that are searched"
              options={[allViews, ...viewsOf(chosen)]}
              on={targets}
              onToggle={(view) =>
                go({ targets: view === allViews ? [] : toggle(targets, view).filter((each) => each !== allViews) })
              }
            />
          </div>
        )}
        <Choose
          name="mode"
          label="Search"
          value={address.mode}
          options={[
            ["exact", "Exact"],
            ["approximate", "Approximate"],
          ]}
          onChoose={(mode) => go({ mode })}
        />
        <label class="option" title="The nearest candidates by Hamming distance are ordered anew by cosine similarity">
          Re-rank
          <select
            value={String(address.rerank ?? "")}
            disabled={chosen.every(({ dimensions }) => dimensions === 0)}
            onChange={({ currentTarget: { value } }) => go({ rerank: value === "" ? undefined : Number(value) })}
          >
            <option value="">automatic</option>
            {[...new Set([0, 100, 1000, address.rerank ?? 0])].map((candidates) => (
              <option key={candidates} value={String(candidates)}>
                {candidates === 0 ? "off" : `first ${candidates}`}
              </option>
            ))}
          </select>
        </label>
        <label class="option">
          Results
          <select value={String(address.k)} onChange={(event) => go({ k: Number(event.currentTarget.value) })}>
            {[...new Set([12, 24, 48, 96, address.k])]
              .sort((a, b) => a - b)
              .map((k) => (
                <option key={k} value={String(k)}>
                  {k}
                </option>
              ))}
          </select>
        </label>
      </div>
    </>
  );
}
