// Asks for the token of a server that wants one; it is kept for this browser tab only.
import { useEffect, useRef } from "preact/hooks";

export interface TokenQuestion {
  /** A token was sent, and was not the right one. */
  readonly wasRefused: boolean;
  readonly answer: (token: string) => void;
}

export function TokenDialog({ wasRefused, answer }: TokenQuestion) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={(event) => event.preventDefault()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = field.current!.value.trim();
          if (token !== "") answer(token);
        }}
      >
        <h2 id="token-title">This server wants a token</h2>
        <p class="soft">
          The one that <code>vantage serve</code> was started with. It is kept until this tab is closed.
        </p>
        <label>
          Token
          <input ref={field} type="password" autocomplete="off" pattern="[!-~]+" required />
        </label>
        {wasRefused && <p role="alert">The server refused this token.</p>}
        <button type="submit" class="chief">
          Continue
        </button>
      </form>
    </dialog>
  );
}
