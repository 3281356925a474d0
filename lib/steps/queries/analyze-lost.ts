import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { type DatabaseFacts, readDatabaseFacts } from "./database-facts.js";
import { lostStatistics } from "./lost-statistics.js";

/**
 * ANALYZE of what a release has left without statistics since `before`, in a tenant or on its clone. A failed one is reported; throws if
 * the server is gone.
 */
export async function analyzeLost(
  session: Session,
  clock: Pick<Clock, "monotonic">,
  schema: string | null,
  before: DatabaseFacts,
): Promise<readonly Analyzed[]> {
  const analyzed: Analyzed[] = [];
  for (const { analyze } of lostStatistics(before, await readDatabaseFacts(session, schema), { added: true })) {
    const start = clock.monotonic();
    const failed = await tried(session, analyze);
    analyzed.push({ statement: analyze, ms: Math.round(clock.monotonic() - start), failed });
  }
  return analyzed;
}

async function tried(session: Session, statement: string): Promise<string | null> {
  try {
    await session.script(statement);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return `${error.message} [${error.code}]`;
  }
}
