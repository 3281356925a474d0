/** What a publisher publishes of one table. */
export interface PublishedTable {
  readonly publication: string;
  readonly schema: string;
  readonly table: string;
  /** The published columns; null where the server does not say: all that are not generated. */
  readonly columns: readonly string[] | null;
  /** UPDATE or DELETE is published, so rows must have an identity. */
  readonly changesRows: boolean;
}

/** A database's publications. */
export interface Publisher {
  /** By name, including those without a table. */
  readonly publications: readonly string[];
  readonly tables: readonly PublishedTable[];
}

/** One subscription of a database. */
export interface Subscription {
  readonly name: string;
  readonly enabled: boolean;
  /** Its worker is connected now. */
  readonly running: boolean;
  /** Values are sent in binary form, which needs the same types. */
  readonly binary: boolean;
  readonly publications: readonly string[];
  readonly tables: readonly SubscribedTable[];
}

interface SubscribedTable {
  readonly schema: string;
  readonly table: string;
  /** `r` ready, `s` synchronised; `i`, `d` and `f` before that (manual, "pg_subscription_rel"). */
  readonly state: string;
}
