import { DatabaseError, type Session } from "../../ports/database.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";

/** How many functions or operators a statement matches; `none` if the server refuses it for another reason. */
export type Found = "one" | "several" | "none";

const AMBIGUOUS_FUNCTION = "42725";

/** Lets the server resolve statements under a tenant's settings, each separately. They PREPARE or CREATE, and nothing runs. */
export async function resolved(
  session: Session,
  statements: readonly string[],
  scope: SessionScope,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  await session.script("begin");
  try {
    await prepareSession(session, scope, "inside");
    for (const sql of statements) found.push(await resolveOne(session, sql));
    return found;
  } finally {
    // Prepared statements are not part of the transaction.
    await session.script("rollback; deallocate all");
  }
}

async function resolveOne(session: Session, sql: string): Promise<Found> {
  await session.script("savepoint resolving");
  try {
    await session.execute(sql);
    return "one";
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.code === AMBIGUOUS_FUNCTION ? "several" : "none";
  } finally {
    await session.script("rollback to savepoint resolving; deallocate all");
  }
}
