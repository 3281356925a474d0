import type { Session } from "./database.js";

/** A schema as the generator of differences sees it. */
export interface CapturedSchema {
  /** In its own format, which only the same generator can read. */
  readonly content: unknown;
}

/** Finds the statements that turn one schema into another, one command each, in an order that PostgreSQL accepts. */
export interface SchemaDifference {
  /** Reads the schema through a session that is not in a transaction. Throws `DatabaseError`. */
  capture(session: Session): Promise<CapturedSchema>;
  /** Statements that turn `from` into `to`. Throws an `Error` for what it cannot express. */
  statements(from: CapturedSchema, to: CapturedSchema): readonly string[];
}
