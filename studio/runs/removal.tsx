// Moves the ticked runs to the trash, after a question that names them.
import { useRef, useState } from "preact/hooks";
import type { RunSummary } from "../../src/server/api.js";
import { removeRun } from "../client.js";

export function Removal({ runs, onRemoved }: { runs: readonly RunSummary[]; onRemoved: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [trouble, setTrouble] = useState<readonly string[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const free = runs.filter(({ isRunning }) => !isRunning);
  const held = runs.length - free.length;
  const remove = async () => {
    setIsBusy(true);
    const failed: string[] = [];
    for (const { name } of free) {
      try {
        await removeRun(name);
      } catch (error) {
        failed.push((error as Error).message);
      }
    }
    setIsBusy(false);
    setTrouble(failed);
    onRemoved();
    if (failed.length === 0) dialog.current?.close();
  };
  const many = free.length === 1 ? "1 run" : `${free.length} runs`;
  return (
    <>
      <button
        type="button"
        disabled={runs.length === 0}
        onClick={() => {
          setTrouble([]);
          dialog.current?.showModal();
        }}
      >
        Delete…
      </button>
      <dialog ref={dialog} aria-labelledby="removal-title">
        <h2 id="removal-title">{free.length === 0 ? "Nothing to delete" : `Delete ${many}?`}</h2>
        {free.length > 0 && (
          <>
            <ul class="names">
              {free.map(({ name }) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
            <p class="soft">
              Their folders are moved into <code>.trash</code> of the folder of runs. They can be moved back from there;
              disk space is free once you erase it.
            </p>
          </>
        )}
        {held > 0 && (
          <p class="soft">
            {held === 1 ? "One ticked run is" : `${held} ticked runs are`} still training and stay as they are.
          </p>
        )}
        {trouble.map((message) => (
          <p key={message} role="alert">
            {message}
          </p>
        ))}
        <form method="dialog" class="row">
          {free.length > 0 && (
            <button type="button" class="danger" disabled={isBusy} onClick={remove}>
              Delete {many}
            </button>
          )}
          <button type="submit">Cancel</button>
        </form>
      </dialog>
    </>
  );
}
