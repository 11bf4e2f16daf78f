// SVGs drawn in processes of their own: nested patterns and filters may take any time, which librsvg cannot be stopped in.
import type { ChildProcess } from "node:child_process";
import { UserError } from "../../errors.js";
import { startSandbox } from "../../sandbox.js";
import type { Pixels } from "./draw.js";
import type { PictureSize } from "./picture-size.js";

/** Seconds that an SVG may take; honest ones take some hundredths. */
const usual = 10;
/** Megabytes of JavaScript heap. */
const heap = 256;
/** SVGs that are drawn at the same time. */
const most = 2;
/** Processes that wait for the next SVG; they do not keep the program running. */
const idle: ChildProcess[] = [];
const waiting: (() => void)[] = [];
let busy = 0;

/**
 * Draws an SVG to the given size.
 * @param patience seconds after which its process is ended.
 * @throws UserError where it takes longer; Error with librsvg's message where it cannot be drawn.
 */
export async function drawApart(bytes: Uint8Array, size: PictureSize, patience = usual): Promise<Pixels> {
  if (busy === most) await new Promise<void>((free) => waiting.push(free));
  else busy++;
  try {
    return await drawIn(nextProcess(), bytes, size, patience);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else busy--;
  }
}

/** A process that waits, or a new one. */
function nextProcess(): ChildProcess {
  for (let child = idle.pop(); child; child = idle.pop()) if (child.connected) return child;
  const child = startSandbox({ script: new URL("./svg-process.js", import.meta.url), heap });
  // Where it could not be started, the picture that is sent to it fails.
  child.on("error", () => {});
  return child;
}

type Answer = { readonly pixels: Pixels } | { readonly problem: string };

function drawIn(child: ChildProcess, bytes: Uint8Array, size: PictureSize, patience: number): Promise<Pixels> {
  return new Promise((done, failed) => {
    hold(child, true);
    const leave = () => {
      clearTimeout(timer);
      child.off("message", answered).off("exit", exited);
    };
    const give = (error: Error) => {
      leave();
      child.kill("SIGKILL");
      failed(error);
    };
    const exited = () => give(new UserError("it ends the process that draws it, or takes too much memory"));
    const answered = (answer: Answer) => {
      leave();
      hold(child, false);
      idle.push(child);
      if ("pixels" in answer) done(answer.pixels);
      else failed(new Error(answer.problem));
    };
    const timer = setTimeout(
      () => give(new UserError(`it takes more than ${patience} seconds to draw`)),
      patience * 1000,
    );
    child.on("message", answered).on("exit", exited);
    child.send({ bytes, size }, (error) => error && give(error));
  });
}

/** Whether the program waits for the process. */
function hold(child: ChildProcess, isHeld: boolean): void {
  const channel = child.channel as { ref(): void; unref(): void } | null | undefined;
  if (isHeld) {
    child.ref();
    channel?.ref();
  } else {
    child.unref();
    channel?.unref();
  }
}
