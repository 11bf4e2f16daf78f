// What a PostgresStore needs of a database: PGlite and a pool of connections to a server are both one.

export interface Sql {
  /** Rows of one statement; `values` stand for $1, $2, … */
  query<Row = Record<string, never>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /** What messages call it; never with a password. */
  readonly title: string;
  /** Whether statements run side by side, so that a long one can be moved out of the way of the others. */
  readonly isConcurrent: boolean;

  /** Runs `work` between BEGIN and COMMIT, or ROLLBACK where it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;

  /** Runs `work` with one connection, without a transaction. */
  session<T>(work: (sql: Sql) => Promise<T>): Promise<T>;

  close(): Promise<void>;
}
