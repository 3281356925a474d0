import type { Session } from "./database.js";

/** A schema as the generator of differences sees it. */
export interface CapturedSchema {
  /** Its own form; only the same generator can read it. */
  readonly content: unknown;
}

/** Finds the statements that make one schema of another, one command each, in an order that PostgreSQL accepts. */
export interface SchemaDifference {
  /** Reads the schema of a session that is in no transaction. Throws `DatabaseError`. */
  capture(session: Session): Promise<CapturedSchema>;
  /** Statements that turn `from` into `to`. Throws an `Error` for what it cannot express. */
  statements(from: CapturedSchema, to: CapturedSchema): readonly string[];
}
