// PostgreSQL's errors, Node's and the driver's, in the user's words; never with a password.
import { StorageError, UserError } from "../../../errors.js";
import { UnavailableError } from "../unavailable.js";

/** Where a URL leads. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly user?: string;
}

/** An error of opening the URL itself. */
export function urlError(error: unknown): UserError {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (path !== undefined && /^E[A-Z]+$/.test(code ?? "")) {
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    return new UserError(`the database's URL names ${path} (sslrootcert, sslcert or sslkey): ${reason}`);
  }
  if (/sslmode=verify-ca/.test(message)) {
    return new UserError(
      "the database's URL: sslmode=verify-ca needs sslrootcert, the file of the authority's certificate",
    );
  }
  return new UserError("invalid database URL: expected postgres://user:password@host:port/database");
}

export class PostgresErrors {
  /** What messages call the database. */
  readonly title: string;

  constructor(readonly target: Target) {
    const { host, port, database } = target;
    this.title = `database "${database}" of PostgreSQL at ${host.startsWith("/") ? host : `${host}:${port}`}`;
  }

  /** An error as a UserError that says what to correct, the original as its cause; others come back as they are. */
  explained(error: unknown): unknown {
    if (error instanceof UserError) return error;
    const explained = this.#explained(error);
    if (explained instanceof UserError) explained.cause = error;
    return explained;
  }

  #explained(error: unknown): unknown {
    const { code = "", message } = error as Error & { code?: string };
    const said = message || code;
    const { user } = this.target;
    if (/^28/.test(code) || said.includes("password must be a string")) {
      return new UserError(`${this.title} refuses user "${user}": check name and password in its URL (${said})`);
    }
    if (/unsupported startup parameter/.test(said)) {
      return new UserError(
        `${this.title}: a pooler between refuses a parameter of its URL (${said}): leave it out, ` +
          `and set it for the user instead (ALTER ROLE … SET …)`,
      );
    }
    if (
      /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/.test(code) ||
      /does not support SSL/.test(said)
    ) {
      return new UserError(
        `${this.title}: no encrypted connection (${said}): check sslmode and sslrootcert in its URL`,
      );
    }
    if (code === "3D000") return new UserError(`${this.title} does not exist: create it, or check its URL`);
    if (code === "42501") return new StorageError(`${this.title}: user "${user}" lacks a right (${said})`);
    if (code === "25006") return new StorageError(`${this.title} is read-only (${said})`);
    if (code === "42P01" || code === "3F000")
      return new UserError(`${this.title}: tables of the index are gone (${said})`);
    if (code === "57014") return new UnavailableError(`${this.title} stopped the query (${said})`);
    if (/^53/.test(code)) return new UnavailableError(`${this.title} has run out of resources (${said})`);
    if (/^(08|57P)/.test(code) || /^E[A-Z_]+$/.test(code) || /terminat|timeout|not queryable|closed/i.test(said)) {
      return new UnavailableError(`${this.title} does not answer (${said}): is it running, and is its URL right?`);
    }
    return error;
  }
}
