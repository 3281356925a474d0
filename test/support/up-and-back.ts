import { expect } from "vitest";
import type { Migration } from "../../lib/core/migration/release.js";
import { invert } from "../../lib/core/rollback/inverse-candidate.js";
import type { Session } from "../../lib/ports/database.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import {
  type AppliedMigration,
  applyMigration,
  type StatementObserver,
} from "../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../lib/steps/migration/apply-rollback.js";
import { testClock, testMigration } from "./migration.js";

export interface UpAndBack {
  /** Runs the migration, with what its inverse needs kept aside. */
  up(observe?: StatementObserver): Promise<AppliedMigration>;
  /** Runs the inverse, as a rollout would. */
  back(): Promise<unknown>;
}

/** The way back of a migration by its inverse, given the schema as it is now; the parser must be loaded. Fails where there are gaps. */
export async function inverseOf(session: Session, migration: Migration) {
  const { keep, statements, losses, gaps } = invert(migration, await readCatalog(session, null), null);
  expect(gaps).toEqual([]);
  const candidate = {
    source: "inverse",
    class: "lossy",
    keep,
    aside: [],
    since: [],
    statements,
    outside: [],
    losses,
    reason: null,
  } as const;
  return { keep, candidate };
}

/** A migration and its inverse, given the schema as it is now; the parser must be loaded. */
export async function upAndBack(session: Session, sql: string): Promise<UpAndBack> {
  const migration = testMigration(sql);
  const { keep, candidate } = await inverseOf(session, migration);
  const settings = { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 };
  const common = { migration, ledger: null, settings, schema: null, clock: testClock };
  return {
    up: (observe) =>
      applyMigration(session, { ...common, isolation: "read committed", keep, ...(observe ? { observe } : {}) }),
    back: () => applyRollback(session, { ...common, previous: null, candidate }),
  };
}
