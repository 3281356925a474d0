import { expect } from "vitest";
import type { Migration } from "../../lib/core/migration/release.js";
import type { Clone } from "../../lib/ports/database.js";
import { applyMigration } from "../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../lib/steps/migration/apply-rollback.js";
import type { Proof } from "../../lib/steps/proof/proof.js";
import { testClock } from "./migration.js";
import { dumpDifference, normalDump, pgDump, pgDumpMajor } from "./pg-dump.js";
import { type Major, serverUrl } from "./postgres.js";

const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };
const CLIENT = pgDumpMajor() ?? 0;

/** Whether there is a pg_dump that reads a server of this major version. */
export function canJudge(major: Major): boolean {
  return CLIENT >= Number(major);
}

/**
 * Runs a proved release and its way back on a fresh clone, and expects pg_dump (schema, rows, large objects) to print what it
 * printed before. Says nothing of a way back that the proof did not accept.
 */
export async function expectSameDump(
  major: Major,
  makeClone: () => Promise<Clone>,
  migrations: readonly Migration[],
  proof: Proof,
): Promise<void> {
  if (!canJudge(major) || !proof.upAgain || migrations.some(({ migrator }) => migrator)) return;
  const chosen = proof.rollbacks.map(({ candidate }) => candidate);
  if (chosen.includes(null)) return;
  const clone = await makeClone();
  try {
    const session = await clone.open({ purpose: "write", ...SETTINGS });
    try {
      const [row] = await session.query<{ name: string }>("select current_database() as name");
      const url = serverUrl(major, row?.name ?? "");
      const common = { ledger: null, settings: SETTINGS, schema: null, clock: testClock };
      const before = pgDump(url);
      for (const [at, migration] of migrations.entries()) {
        const { isolation } = migration.up;
        await applyMigration(session, { ...common, migration, isolation, keep: chosen[at]?.keep ?? [] });
      }
      for (const [at, migration] of [...migrations.entries()].reverse()) {
        const candidate = chosen[at];
        if (candidate)
          await applyRollback(session, { ...common, migration, previous: migrations[at - 1] ?? null, candidate });
      }
      const anyOrder = proof.rollbacks.some(({ verdict }) => verdict === "order");
      const [was, is] = [before, pgDump(url)].map((dump) => normalDump(dump, anyOrder));
      expect(was === is ? [] : dumpDifference(was ?? "", is ?? "")).toEqual([]);
    } finally {
      await session.close();
    }
  } finally {
    await clone.drop();
  }
}
