// A button that copies a text; where the browser has no clipboard to give, the text is shown to be copied by hand.
import { useEffect, useState } from "preact/hooks";

export function Copy({ name, text }: { name: string; text: () => string }) {
  const [state, setState] = useState<"copied" | "refused">();
  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState(undefined), 1600);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState("copied");
    } catch {
      // Pages of other machines that come without TLS have no clipboard.
      setState("refused");
    }
  };
  return (
    <>
      <button type="button" class="link" onClick={copy}>
        <span aria-live="polite">{state === "copied" ? "Copied" : name}</span>
      </button>
      {state === "refused" && (
        <textarea
          class="by-hand"
          aria-label={name}
          readOnly
          rows={3}
          value={text()}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}
