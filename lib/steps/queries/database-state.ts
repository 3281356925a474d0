import type { Session } from "../../ports/database.js";
import { type DatabaseFacts, readDatabaseFacts } from "./database-facts.js";
import { type IndexFacts, readIndexFacts } from "./index-facts.js";
import { readWriteRules } from "./write-rules.js";

/** Everything about a database on one side of a release that decides what queries do. */
export interface DatabaseState {
  readonly facts: DatabaseFacts;
  readonly indexes: ReadonlyMap<string, IndexFacts>;
  readonly rules: string;
}

export async function readState(session: Session): Promise<DatabaseState> {
  return {
    facts: await readDatabaseFacts(session),
    indexes: await readIndexFacts(session),
    rules: await readWriteRules(session),
  };
}
