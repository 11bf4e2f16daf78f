// The frame around the pages: navigation, light or dark, keys, and the question for a token.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { IndexInfo } from "../src/server/api.js";
import { type Address, follow, go, pages, useAddress, writeAddress } from "./address.js";
import { retryAll, useStalled } from "./away.js";
import { getIndexes, onTokenWanted } from "./client.js";
import { KeysDialog } from "./keys-dialog.js";
import { useLoad } from "./load.js";
import { Failure } from "./parts.js";
import { SearchPage } from "./search/page.js";
import { choices, chooseScheme, chosenScheme } from "./theme.js";
import { TokenDialog, type TokenQuestion } from "./token-dialog.js";

const titles = { search: "Search", map: "Map", runs: "Runs" } as const;

interface PageProps {
  address: Address;
  indexes: readonly IndexInfo[];
}

/** A page that comes in its own file, when it is first opened. */
function Later({ load, ...props }: PageProps & { load: () => Promise<ComponentType<PageProps>> }) {
  const loaded = useLoad("page", async () => ({ Page: await load() }));
  if (loaded.error !== undefined) return <Failure message={loaded.error} again={loaded.again} />;
  if (!loaded.value) return <p class="waiting">Loading…</p>;
  const { Page } = loaded.value;
  return <Page {...props} />;
}

const loadMap = async () => (await import("./map/page.js")).MapPage;
const loadRuns = async () => (await import("./runs/page.js")).RunsPage;

export function App() {
  const address = useAddress();
  const [question, setQuestion] = useState<TokenQuestion>();
  useEffect(() => {
    onTokenWanted(
      (wasRefused) =>
        new Promise((resolve) => {
          setQuestion({ wasRefused, answer: resolve });
        }),
    );
  }, []);
  const indexes = useLoad("indexes", getIndexes);
  useEffect(() => {
    document.title = `${titles[address.page]} · Vantage`;
  }, [address.page]);

  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header address={address} />
      <Stalled />
      <main id="main" tabIndex={-1} class={address.page}>
        {indexes.error !== undefined ? (
          <Failure message={indexes.error} again={indexes.again} />
        ) : !indexes.value ? (
          <p class="waiting">Loading…</p>
        ) : address.page === "search" ? (
          <SearchPage address={address} indexes={indexes.value} />
        ) : address.page === "map" ? (
          <Later key="map" load={loadMap} address={address} indexes={indexes.value} />
        ) : (
          <Later key="runs" load={loadRuns} address={address} indexes={indexes.value} />
        )}
      </main>
      {question && (
        <TokenDialog
          wasRefused={question.wasRefused}
          answer={(token) => {
            setQuestion(undefined);
            question.answer(token);
          }}
        />
      )}
    </>
  );
}

/** One message for all that the server does not answer at the moment. */
function Stalled() {
  const messages = useStalled();
  if (messages.length === 0) return null;
  return (
    <div class="stalled">
      <Failure message={messages.join("; ")} again={retryAll} />
    </div>
  );
}

function Header({ address }: { address: Address }) {
  const [scheme, setScheme] = useState(chosenScheme);
  const keys = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (target instanceof HTMLElement && target.matches("input:not([type=radio]),textarea,select")) return;
      const page = pages[Number(event.key) - 1];
      if (event.key === "/") {
        event.preventDefault();
        if (!document.getElementById("query")) go({ page: "search" });
        requestAnimationFrame(() => document.getElementById("query")?.focus());
      } else if (event.key === "?") keys.current?.showModal();
      else if (page) go({ page });
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  const nextScheme = choices[(choices.indexOf(scheme) + 1) % choices.length]!;
  return (
    <header>
      <span class="brand">
        <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
          <circle cx="7" cy="8" r="5.5" class="first" />
          <circle cx="13" cy="8" r="5.5" class="second" />
        </svg>
        Vantage
      </span>
      <nav aria-label="Pages">
        {pages.map((page) => (
          <a
            key={page}
            href={writeAddress({ ...address, page })}
            aria-current={page === address.page ? "page" : undefined}
            onClick={(event) => follow(event, { page })}
          >
            {titles[page]}
          </a>
        ))}
      </nav>
      <button type="button" class="plain keys" onClick={() => keys.current?.showModal()} aria-label="Keys">
        ?
      </button>
      <button
        type="button"
        class="plain"
        aria-label={`Colors: ${scheme}. Change to ${nextScheme}`}
        title={`Colors: ${scheme}`}
        onClick={() => {
          chooseScheme(nextScheme);
          setScheme(nextScheme);
        }}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class={`scheme ${scheme}`}>
          <circle cx="8" cy="8" r="6" />
          <path
            d={
              scheme === "dark" ? "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12" : scheme === "auto" ? "M8 2a6 6 0 0 1 0 12z" : ""
            }
          />
        </svg>
        <span class="name">{scheme}</span>
      </button>
      <KeysDialog place={keys} />
    </header>
  );
}
