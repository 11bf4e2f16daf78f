// Cases of kinds B and C: a model trained by the command line on one file, and used on another.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { matches, refusalFault } from "./check-case.mjs";
import { nameless } from "./read.mjs";

const entry = fileURLToPath(new URL("../../bin/vantage.js", import.meta.url));
const secondsPerCommand = 120;

/** Runs such cases; a model that several of them use is trained once. `folder` has the files, `scratch` is written to. */
export class ModelCases {
  #folder;
  #scratch;
  #trained = new Map();

  constructor(folder, scratch) {
    this.#folder = folder;
    this.#scratch = scratch;
  }

  /** What came, and the fault or undefined. */
  async run(each) {
    const key = JSON.stringify(each.train);
    if (!this.#trained.has(key)) this.#trained.set(key, await this.#train(each.train, `run-${this.#trained.size}`));
    const { run, error } = this.#trained.get(key);
    if (error !== undefined) return { came: error, fault: "training failed" };
    return each.encode ? this.#encode(each, run) : this.#evaluate(each, run);
  }

  async #train({ method, args = [], ...data }, name) {
    const run = join(this.#scratch, name);
    const task = ["--task", "classification", "--seed", "0"];
    const result = await this.#vantage(
      ["train", method, ...this.#data(data), ...task, ...args, "--out", run, "--json"],
      data.file,
    );
    return { run, error: result.error };
  }

  async #evaluate({ evaluate, accept }, run) {
    const result = await this.#vantage(["evaluate", run, ...this.#data(evaluate), "--json"], evaluate.file);
    const accuracy = result.error === undefined ? JSON.parse(lastLine(result.stdout)).metrics.accuracy : undefined;
    const faults = accept.map((outcome) => {
      if (outcome.refused) return refusalFault(outcome, result);
      if (result.error !== undefined) return "it must be evaluated";
      const [least, most] = outcome.accuracy;
      if (!(accuracy >= least && accuracy <= most)) return `accuracy ${accuracy}, not ${least} to ${most}`;
      return outcome.said === undefined || matches(outcome.said, result.said)
        ? undefined
        : `nothing said that matches ${outcome.said}`;
    });
    return { came: result.error ?? `accuracy ${accuracy}`, fault: firstFault(faults) };
  }

  async #encode({ name, encode, accept }, run) {
    const out = join(this.#scratch, `${name}.npz`);
    const result = await this.#vantage(["encode", run, ...this.#data(encode), "--out", out], encode.file);
    if (result.error !== undefined) {
      const faults = accept.map((outcome) => (outcome.refused ? refusalFault(outcome, result) : "it must be encoded"));
      return { came: result.error, fault: firstFault(faults) };
    }
    const arrays = new Map(
      Object.entries(unzipSync(readFileSync(out))).map(([file, bytes]) => [file.replace(/\.npy$/, ""), list(bytes)]),
    );
    const labels = named(arrays, /^labels?$/);
    const predicted = named(arrays, /^predict/);
    const came = [...arrays].map(([title, values]) => `${title}: ${values.slice(0, 4).join(" ")}`).join("; ");
    if (!labels || !predicted) return { came, fault: "no labels and predicted classes to compare" };
    const equal = labels.filter((label, i) => label === predicted[i]).length / labels.length;
    const faults = accept.map((outcome) => {
      if (outcome.refused) return "it is not refused";
      const [least, most] = outcome.agree;
      if (!(equal >= least && equal <= most)) return `${equal} of the labels are as predicted, not ${least} to ${most}`;
      const odd = outcome.labels.findIndex((label, i) => label !== labels[i]);
      return odd < 0
        ? undefined
        : `label ${odd} is ${JSON.stringify(labels[odd])}, not ${JSON.stringify(outcome.labels[odd])}`;
    });
    return { came, fault: firstFault(faults) };
  }

  #data({ file, options: { views, labels } = {} }) {
    return [
      "--data",
      join(this.#folder, "files", file),
      ...(views ? ["--views", views] : []),
      ...(labels ? ["--labels", labels] : []),
    ];
  }

  /** All that a command said; `error` and `user` as `refusalFault` takes them, where its exit status is not 0. */
  #vantage(args, file) {
    const path = join(this.#folder, "files", file);
    const plain = (text) => nameless(text, path).replaceAll(this.#scratch, "RUN");
    return new Promise((done) => {
      const env = { ...process.env, VANTAGE_CACHE: join(this.#scratch, "cache") };
      const running = spawn(process.execPath, [entry, ...args], {
        env,
        timeout: secondsPerCommand * 1000,
        killSignal: "SIGKILL",
      });
      const out = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"])
        running[stream].setEncoding("utf8").on("data", (text) => (out[stream] += text));
      running.on("close", (status) => {
        const refusal =
          status === 0 ? {} : { error: plain(lastLine(out.stderr)), user: status === 2, kind: `exit status ${status}` };
        done({ ...refusal, stdout: out.stdout, said: plain(out.stdout + out.stderr) });
      });
    });
  }
}

const firstFault = (faults) => (faults.includes(undefined) ? undefined : faults[0]);
const lastLine = (text) => text.trim().split("\n").at(-1);

/** A list of class names or codes as text: itself, or its numbers as places in the list of classes beside it. */
function named(arrays, pattern) {
  const values = [...arrays].find(([name]) => pattern.test(name))?.[1];
  const classes = [...arrays].find(([name]) => /class|names|categor|codes?$/i.test(name) && !pattern.test(name))?.[1];
  const places = values?.every((value) => typeof value === "number" && value >= 0 && value < (classes?.length ?? 0));
  return values?.map((value) => String(places ? classes[value] : value));
}

const readers = {
  i1: "getInt8",
  u1: "getUint8",
  i2: "getInt16",
  u2: "getUint16",
  i4: "getInt32",
  u4: "getUint32",
  f4: "getFloat32",
  f8: "getFloat64",
  i8: "getBigInt64",
};

/** The values of a .npy file, row by row: numbers, or texts of UTF-32. */
function list(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const header = new TextDecoder().decode(bytes.subarray(0, start));
  const [, kind, size] = /'descr': '[<>|=]?([a-zA-Z])(\d+)'/.exec(header);
  const width = kind === "U" ? 4 * size : Number(size);
  const text = (at) =>
    Array.from({ length: size }, (_, k) => view.getUint32(at + 4 * k, true))
      .filter((code) => code)
      .map((code) => String.fromCodePoint(code))
      .join("");
  const value = (at) => (kind === "U" ? text(at) : Number(view[readers[kind + size]](at, true)));
  return Array.from({ length: (bytes.length - start) / width }, (_, i) => value(start + i * width));
}
