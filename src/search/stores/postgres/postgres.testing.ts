// A PostgreSQL server of a test's own, in a temporary folder, where the programs of one are installed.
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export class PostgresServer {
  readonly #bin: string;
  readonly #run: (program: string, ...args: string[]) => string;
  readonly user: string;
  readonly password = "a secret'\"%";

  private constructor(
    readonly folder: string,
    bin: string,
    ids: { uid: number; gid: number } | undefined,
  ) {
    this.#bin = bin;
    this.user = ids === undefined ? userInfo().username : "postgres";
    const env = { ...process.env, PGPASSWORD: this.password };
    this.#run = (program, ...args) =>
      execFileSync(join(bin, program), args, {
        ...ids,
        env,
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
        encoding: "utf8",
      });
  }

  /** A server that runs, or in words why there is none here. Its programs: those in VANTAGE_POSTGRES_BIN, or Debian's newest. */
  static start(): PostgresServer | string {
    const bin = process.env.VANTAGE_POSTGRES_BIN ?? debianPrograms();
    if (bin === undefined || !existsSync(join(bin, "initdb"))) {
      return "no PostgreSQL server is installed (Debian: apt-get install postgresql)";
    }
    // initdb and the server refuse to run as root
    const ids = process.getuid?.() === 0 ? idsOf("postgres") : undefined;
    if (process.getuid?.() === 0 && ids === undefined) return "there is no user postgres to run a server as";
    const folder = mkdtempSync(join(tmpdir(), "vantage-postgres-"));
    const server = new PostgresServer(folder, bin, ids);
    const secret = join(folder, "password");
    writeFileSync(secret, server.password);
    chmodSync(secret, 0o644);
    if (ids !== undefined) chownSync(folder, ids.uid, ids.gid);
    server.#run(
      "initdb",
      "-D",
      server.#data,
      "-U",
      server.user,
      "-A",
      "scram-sha-256",
      "--pwfile",
      secret,
      "-E",
      "UTF8",
      "--locale=C",
      "-N",
    );
    server.up();
    return server;
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  up(): void {
    // a crash here is of processes, not of the machine, and syncing a new database takes seconds
    const options = `-c fsync=off -c listen_addresses= -c unix_socket_directories=${this.folder} -c max_connections=60`;
    this.#run("pg_ctl", "-D", this.#data, "-l", join(this.folder, "log"), "-w", "-o", options, "start");
  }

  /** Stops as a crash does: nothing is written that was not on disk. */
  crash(): void {
    this.#run("pg_ctl", "-D", this.#data, "-m", "immediate", "-w", "stop");
  }

  sql(text: string, database = "postgres"): string {
    const to = ["-h", this.folder, "-U", this.user, "-d", database];
    return this.#run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...to, "-c", text).trim();
  }

  /** Runs meanwhile; resolves once it is done. */
  async sqlInBackground(text: string, database = "postgres"): Promise<void> {
    const args = ["-X", "-q", "-h", this.folder, "-U", this.user, "-d", database, "-c", text];
    const env = { ...process.env, PGPASSWORD: this.password };
    await promisify(execFile)(join(this.#bin, "psql"), args, { env });
  }

  get hasVector(): boolean {
    return this.sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") === "1";
  }

  url(database: string, { user = this.user, password = this.password, options = "" } = {}): string {
    const login = [user, password].map(encodeURIComponent).join(":");
    return `postgres://${login}@${encodeURIComponent(this.folder)}/${database}${options && `?options=${encodeURIComponent(options)}`}`;
  }

  stop(): void {
    this.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function debianPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  const [newest] = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return newest && join(root, newest, "bin");
}

function idsOf(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
