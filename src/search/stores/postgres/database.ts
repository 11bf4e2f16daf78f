// What a PostgresStore needs of a database: PGlite and a pool of connections to a server are both one.

export interface Sql {
  /** Rows of one statement; `values` stand for $1, $2, … */
  query<Row = Record<string, never>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** How long the statements of a session may take. */
export interface Limits {
  /** As long as they need, where the others have a limit. */
  readonly isEndless?: boolean;
}

export interface Database extends Sql {
  /** What messages call it; never with a password. */
  readonly title: string;
  /** Whether statements run side by side, so that a long one can be moved out of the way of the others. */
  readonly isConcurrent: boolean;

  /** Rows of a statement that changes nothing, and may therefore be asked twice where a connection was lost. */
  read<Row = Record<string, never>>(text: string, values?: readonly unknown[]): Promise<Row[]>;

  /** Runs `work` between BEGIN and COMMIT, or ROLLBACK where it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;

  /** Runs `work` with one connection, without a transaction. */
  session<T>(work: (sql: Sql) => Promise<T>, limits?: Limits): Promise<T>;

  /** After a write: what a server does by itself. */
  tidy?(): Promise<void>;

  close(): Promise<void>;
}
