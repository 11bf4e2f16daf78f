// Small parts that all pages use.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { getPicture, hasToken } from "./client.js";

const pictures = new Map<string, Promise<string>>();

/** A picture of an item; where the server wants a token it is fetched with it. */
export function Picture({ address, words }: { address?: string; words: string }) {
  const direct = address !== undefined && (address.startsWith("data:") || !hasToken());
  const [source, setSource] = useState(direct ? address : undefined);
  const [isBroken, setIsBroken] = useState(false);
  useEffect(() => {
    setIsBroken(false);
    if (address === undefined || direct) {
      setSource(address);
      return;
    }
    let isWanted = true;
    const loading = pictures.get(address) ?? getPicture(address);
    pictures.set(address, loading);
    loading.then(
      (found) => isWanted && setSource(found),
      () => isWanted && setIsBroken(true),
    );
    return () => {
      isWanted = false;
    };
  }, [address, direct]);
  if (address === undefined || isBroken)
    return (
      <span class="picture words">
        <span>{words}</span>
      </span>
    );
  return (
    <span class="picture">
      {source !== undefined && (
        <img src={source} alt="" loading="lazy" decoding="async" onError={() => setIsBroken(true)} />
      )}
    </span>
  );
}

/** A choice of one among few. */
export function Choose<T extends string>(props: {
  name: string;
  /** What is chosen: written before the choices where `isNamed`. */
  label: string;
  isNamed?: boolean;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChoose: (value: T) => void;
}) {
  const choices = (
    <fieldset class="switch">
      <legend class="hidden">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChoose(value)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
  if (!props.isNamed) return choices;
  return (
    <div class="option">
      <span aria-hidden="true">{props.label}</span>
      {choices}
    </div>
  );
}

/** Several of some, each on or off. */
export function Toggles(props: {
  label: string;
  options: readonly string[];
  on: readonly string[];
  onToggle: (option: string) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset of buttons says no more
    <div class="toggles" role="group" aria-label={props.label}>
      {props.options.map((option) => (
        <button
          type="button"
          key={option}
          aria-pressed={props.on.includes(option)}
          onClick={() => props.onToggle(option)}
        >
          {option}
        </button>
      ))}
    </div>
  );
}

/** A place with nothing in it says what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failure({ message, again }: { message: string; again?: () => void }) {
  return (
    <div class="failure" role="alert">
      <span>{message}</span>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A share from 0 to 1. */
export function Bar({ share }: { share: number }) {
  return (
    <span class="bar-of" aria-hidden="true">
      <span style={{ width: `${100 * share}%` }} />
    </span>
  );
}

/** What hits are ordered by: the cosine of vectors, or the Hamming distance of codes. The bar is longer for what is nearer. */
export function Score({ hit, bits }: { hit: { distance: number; similarity?: number | undefined }; bits: number }) {
  const { distance, similarity } = hit;
  if (similarity === undefined) {
    return (
      <span class="score" title={`Hamming distance ${distance} of ${bits} bits`}>
        <span>
          <span class="number">{distance}</span> of {bits} <span class="long">bits differ</span>
        </span>
        <Bar share={1 - distance / bits} />
      </span>
    );
  }
  const codes = bits > 0 ? `; Hamming distance ${distance} of ${bits} bits` : "";
  return (
    <span class="score" title={`cosine similarity ${similarity.toFixed(4)}${codes}`}>
      <span>
        cosine <span class="number">{fraction(similarity)}</span>
      </span>
      <Bar share={Math.max(0, similarity)} />
    </span>
  );
}

/** Two decimals, without the zero before them. */
function fraction(value: number): string {
  return value
    .toFixed(2)
    .replace("-", "−")
    .replace(/^(−?)0\./, "$1.");
}

/** Labels of an item, and whether they agree with the query's. */
export function Labels({ labels, agreement }: { labels: readonly string[]; agreement?: boolean }) {
  if (labels.length === 0) return null;
  const text = labels.join(", ");
  const state = agreement === undefined ? "" : agreement ? "same" : "other";
  return (
    <span class={`label ${state}`} title={text}>
      {agreement !== undefined && <span class="hidden">{agreement ? "same label: " : "other label: "}</span>}
      {text}
    </span>
  );
}

/** A number of things, with thin spaces between thousands. */
export function count(value: number): string {
  return value.toLocaleString("en-GB").replaceAll(",", "\u202f");
}
