import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import type { Migration } from "../../../lib/core/migration/release.js";
import { type Clone, DatabaseError, type Session } from "../../../lib/ports/database.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import type { Proof } from "../../../lib/steps/proof/proof.js";
import type { ProofDatabases } from "../../../lib/steps/proof/prove-folder.js";
import { compareStates, readState } from "../../../lib/steps/proof/state.js";
import { testClock } from "../../support/migration.js";
import { dumpDifference, normalDump, pgDump } from "../../support/pg-dump.js";

const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

/** What others say of one migration's way back. */
export interface SecondOpinion {
  /** Lines that pg_dump shows otherwise after the proved way back; null when there was none or no pg_dump to ask. */
  readonly dump: readonly string[] | null;
  /** pg-delta's reverse alone: `exact`, `order`, `differs` or `error`. */
  readonly delta: string;
}

/** Runs the proved way back once more and lets pg_dump compare; and pg-delta's reverse of the same migration, alone. */
export async function secondOpinion(
  databases: ProofDatabases,
  migration: Migration,
  proof: Proof,
  from: Clone,
  urlOf: ((database: string) => string) | null,
): Promise<SecondOpinion> {
  const before = await on(databases, from, (session) => deltaAlone(session, migration, urlOf));
  const [rollback] = proof.rollbacks;
  const candidate = rollback?.candidate;
  if (!candidate || !urlOf || !proof.upAgain) return { dump: null, delta: before.delta };
  const after = await on(databases, from, async (session) => {
    await up(session, migration, candidate.keep);
    await applyRollback(session, {
      migration,
      previous: null,
      candidate,
      ledger: null,
      settings: SETTINGS,
      schema: null,
      clock: testClock,
    });
    return pgDump(urlOf(await nameOf(session)));
  });
  const anyColumnOrder = rollback.verdict === "order";
  const [was, is] = [before.dump, after].map((dump) => normalDump(dump, anyColumnOrder));
  return { dump: was === is ? [] : dumpDifference(was ?? "", is ?? ""), delta: before.delta };
}

async function deltaAlone(session: Session, migration: Migration, urlOf: ((database: string) => string) | null) {
  const dump = urlOf ? pgDump(urlOf(await nameOf(session))) : "";
  const state = await readState(session, null);
  try {
    const before = await schemaDifference.capture(session);
    await up(session, migration, []);
    const statements = schemaDifference.statements(await schemaDifference.capture(session), before);
    for (const sql of statements) await session.script(sql);
    return { dump, delta: compareStates(await readState(session, null), state).verdict };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { dump, delta: "error" };
  }
}

async function up(session: Session, migration: Migration, keep: Parameters<typeof applyMigration>[1]["keep"]) {
  const { isolation } = migration.up;
  const settings = SETTINGS;
  await applyMigration(session, { migration, ledger: null, isolation, settings, schema: null, keep, clock: testClock });
}

async function on<T>(databases: ProofDatabases, from: Clone, work: (session: Session) => Promise<T>): Promise<T> {
  const clone = await databases.copy(from);
  try {
    const session = await clone.open({ purpose: "write", ...SETTINGS });
    try {
      return await work(session);
    } finally {
      await session.close().catch((error) => {
        if (!(error instanceof DatabaseError)) throw error;
      });
    }
  } finally {
    await clone.drop();
  }
}

async function nameOf(session: Session): Promise<string> {
  const [row] = await session.query<{ name: string }>("select current_database() as name");
  return row?.name ?? "";
}
