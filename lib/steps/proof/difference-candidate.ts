import type { Inverses } from "../../core/rollback/inverse-candidate.js";
import { bindSchemas, OWN_SCHEMA } from "../../core/rollback/own-schema.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { identifier } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import type { CapturedSchema, SchemaDifference } from "../../ports/schema-difference.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { inTransaction } from "../migration/transaction.js";

/**
 * The last way back: as many of the inverses as run (they know about renames and about rows), then what is still
 * different from the schema before. Leaves the database in the state in which the difference was found.
 */
export async function differenceCandidate(
  session: Session,
  difference: SchemaDifference,
  before: CapturedSchema,
  inverses: Inverses,
  scope: SessionScope,
): Promise<RollbackCandidate> {
  const own = await runInverses(session, inverses, scope);
  await forgetOwnSchema(session, scope.schema);
  const now = await difference.capture(session);
  const rest = difference.statements(now, before);
  return {
    source: "difference",
    class: inverses.losses.length > 0 ? "lossy" : "exact",
    keep: own ? inverses.keep : [],
    statements: [...(own ? inverses.statements : []), ...rest],
    outside: [],
    losses: inverses.losses,
    reason: null,
  };
}

async function runInverses(session: Session, inverses: Inverses, scope: SessionScope): Promise<boolean> {
  try {
    await inTransaction(session, "read committed", async () => {
      await prepareSession(session, scope, "inside");
      await session.script("set constraints all immediate");
      for (const sql of inverses.statements) await session.script(bindSchemas(sql, scope.schema));
    });
    return true;
  } catch {
    return false;
  }
}

/** The generator knows nothing of the copies that we keep, and must neither make nor drop them on a tenant. */
export async function forgetOwnSchema(session: Session, schema: string | null): Promise<void> {
  await session.script(bindSchemas(`drop schema if exists ${identifier(OWN_SCHEMA)} cascade`, schema));
}
