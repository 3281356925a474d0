import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";
import { listKept } from "../../../lib/steps/kept/kept.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { up } from "../../../lib/steps/proof/apply-on-clone.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { createDatabase, type Major } from "../../support/postgres.js";
import { BASE, type RandomRelease, randomRelease } from "../../support/random-release.js";

beforeAll(() => loadParser());

const RUNS = Number(process.env.SCHEMA_GATE_RELEASES ?? 12);
const SETTINGS = { lockTimeout: 10_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

type Rows = ReadonlyMap<string, readonly string[]>;

/** Every row of every table as text, columns by name, so that their order does not matter. */
async function rowsOf(session: Session): Promise<Rows> {
  const tables = await session.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0
       and not a.attisdropped order by a.attname) as columns
     from pg_catalog.pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const found = new Map<string, string[]>();
  for (const { name, columns } of tables) {
    const list = columns.map((column) => `${identifier(column)}::text`).join(", ");
    const rows = await session.query<{ row: string }>(
      `select array[${list}]::text as row from public.${identifier(name)} order by 1`,
    );
    found.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return found;
}

/** Rows of the first that are not in the second. */
function missing(before: readonly string[], now: readonly string[]): readonly string[] {
  const left = [...now];
  return before.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

async function attempt(session: Session, sql: string): Promise<boolean> {
  try {
    await session.script("begin");
    await executeEach(session, sql);
    await session.script("commit");
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback");
    return false;
  }
}

/** Whether it changes rows of an existing table before it: run again, it changes them again, also those written since. */
const changesRows = (sql: string) => /^(update|delete|insert)/.test(sql) || /^(drop|.*drop column)/.test(sql);

async function tried(
  major: Major,
  name: string,
  { statements, writes }: RandomRelease,
): Promise<"refused" | "skipped" | "kept"> {
  const { makeClone, left } = cloning(major, name);
  const migrations = statements.map((sql, at) => testMigration(sql, null, String(at + 1)));
  const common = { schema: null, settings: SETTINGS, clock: testClock };
  const input = { cluster: "c", migrations, makeClone, difference: schemaDifference, thorough: false, ...common };
  const proof = await proveOnClone(input);
  if (proof.after === null || proof.rollbacks.some(({ candidate }) => candidate === null)) return "skipped";
  expect(proof.findings.filter(({ code }) => code === "rollback.written-lost")).toEqual([]);
  const clone = await makeClone();
  const session = await clone.open({ purpose: "write", statementTimeout: 60_000, lockTimeout: 10_000 });
  try {
    const candidates = proof.rollbacks.flatMap(({ candidate }) => candidate ?? []);
    const applyRelease = async () => {
      for (const [at, migration] of migrations.entries()) {
        const { keep = [], aside = [] } = candidates[at] ?? {};
        await up(session, input, migration, keep, { aside });
      }
    };
    await applyRelease();
    for (const sql of writes) await attempt(session, sql);
    const written = await rowsOf(session);
    for (const [at, migration] of [...migrations.entries()].reverse()) {
      const candidate = candidates[at];
      if (!candidate) throw new Error("a migration has no way back");
      const left = await rowsOf(session);
      const previous = migrations[at - 1] ?? null;
      try {
        await applyRollback(session, { ...common, migration, previous, candidate, ledger: null });
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        expect(await rowsOf(session)).toEqual(left);
        return "refused";
      }
    }
    await applyRelease();
    const now = await rowsOf(session);
    const copies = (await listKept(session, null)).filter(({ rows }) => rows > 0);
    for (const [table, rows] of written) {
      const lost = missing(rows, now.get(table) ?? []);
      if (lost.length === 0) continue;
      const explained = statements.some(changesRows) && copies.length > 0;
      expect.soft({ table, lost: explained ? [] : lost }, statements.join(";\n")).toEqual({ table, lost: [] });
    }
    return "kept";
  } finally {
    await session.close();
    await clone.drop();
    expect([...left]).toEqual([]);
  }
}

describe.each(["15", "18"] as const)("up, random writes, back and up again, on %s", (major) => {
  it(`loses nothing of ${RUNS} random releases`, async () => {
    const base = await createDatabase(major, BASE);
    await base.client.end();
    const seen = { kept: 0, skipped: 0, refused: 0 };
    try {
      await fc.assert(
        fc.asyncProperty(randomRelease, async (release) => {
          seen[await tried(major, base.name, release)] += 1;
        }),
        {
          numRuns: RUNS,
          ...(process.env.SCHEMA_GATE_SEED ? { seed: Number(process.env.SCHEMA_GATE_SEED) } : {}),
          endOnFailure: true,
        },
      );
    } finally {
      await base.drop();
    }
    process.stdout.write(`PostgreSQL ${major}: ${JSON.stringify(seen)}\n`);
    expect(seen.kept).toBeGreaterThan(RUNS / 3);
  }, 3_600_000);
});
