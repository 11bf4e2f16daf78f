// The Python of the peers: an environment of its own with the releases of bench/peers/requirements.txt, or Debian's.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./processes.mjs";

const folder = join(root, ".cache", "peers");
const requirements = join(root, "bench", "peers", "requirements.txt");
const modules = ["torch", "sklearn", "scipy", "faiss", "threadpoolctl"];

/**
 * The interpreter that has the peers, and what it lacks of them.
 * @param given the path of an interpreter, `--python`; by default the environment is made, which downloads some GB once, and where that fails Debian's is taken.
 */
export function peerPython(given) {
  const python = given ?? makeEnvironment() ?? "/usr/bin/python3";
  const missing = modules.filter((name) => spawnSync(python, ["-c", `import ${name}`]).status !== 0);
  return { python, missing, versions: missing.length === 0 ? versionsOf(python) : "" };
}

/** The interpreter of the environment, made anew where the requirements have changed; undefined where it cannot be made. */
function makeEnvironment() {
  const python = join(folder, "bin", "python");
  const mark = join(folder, "requirements.sha256");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === hash) return python;
  process.stderr.write("installing the peers into .cache/peers\n");
  rmSync(folder, { recursive: true, force: true });
  for (const [command, ...args] of [
    ["python3", "-m", "venv", folder],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
  ]) {
    const { status } = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    if (status === 0) continue;
    process.stderr.write("the peers' current releases could not be installed; Debian's are taken\n");
    return undefined;
  }
  writeFileSync(mark, hash);
  return python;
}

function versionsOf(python) {
  const code =
    "import sys, torch, sklearn, faiss, numpy; print(f'Python {sys.version.split()[0]}, PyTorch {torch.__version__}, scikit-learn {sklearn.__version__}, Faiss {faiss.__version__}, NumPy {numpy.__version__}')";
  return spawnSync(python, ["-c", code], { encoding: "utf8" }).stdout.trim();
}
