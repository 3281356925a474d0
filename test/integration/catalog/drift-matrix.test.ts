import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { type Comparison, compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { orderedRepairs } from "../../../lib/core/catalog/repair/repair.js";
import type { Session } from "../../../lib/ports/database.js";
import { readCatalog, readDetector } from "../../../lib/steps/catalog/read-catalog.js";
import { createDatabase, onServer, type TestDatabase } from "../../support/postgres.js";
import { MATRIX, MATRIX_BASE, type MatrixEntry } from "./matrix.js";
import { openWriter } from "./with-session.js";

describe.each(["15", "18"] as const)("the drift matrix, PostgreSQL %s", (major) => {
  let database: TestDatabase;
  let session: Session;
  let base: Catalog;

  beforeAll(async () => {
    await onServer(major, "do $$ begin create role matrix_reader; exception when duplicate_object then null; end $$");
    database = await createDatabase(major, MATRIX_BASE);
    session = await openWriter(database);
    base = await readCatalog(session, null);
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
    await onServer(major, "drop role matrix_reader");
  });

  /** Runs one change and looks at it, in a transaction that is rolled back. */
  async function changed<T>(sql: string, look: (catalog: Catalog) => Promise<T>): Promise<T> {
    await session.script("begin");
    try {
      await session.script(sql);
      return await look(await readCatalog(session, null));
    } finally {
      await session.script("rollback");
    }
  }

  const entries = MATRIX.filter((entry) => (entry.since ?? 0) <= Number(major)).map(
    (entry) => [entry.name, entry] as const,
  );

  it.each(entries)("%s", async (_name, entry) => {
    const detector = await readDetector(session, null);
    await changed(entry.sql, async (catalog) => {
      const comparison = compareCatalogs(catalog, base);
      expect(fingerprint(catalog)).not.toBe(fingerprint(base));
      expect(comparison.equal).toBe(false);
      expect(await readDetector(session, null)).not.toBe(detector);
      expect(comparison.differences).toContainEqual(expect.objectContaining(expected(entry)));
      mirrors(comparison, compareCatalogs(base, catalog));
      await repairs(catalog, comparison, entry);
    });
  });

  /** Brings the changed database back by the statements of the comparison. */
  async function repairs(catalog: Catalog, comparison: Comparison, entry: MatrixEntry): Promise<void> {
    const complete = comparison.differences.every((difference) => difference.repair !== null);
    expect({ complete, unrepaired: entry.unrepaired ?? false }).toEqual({ complete, unrepaired: !complete });
    if (complete) {
      await session.script(orderedRepairs(comparison.differences).join("\n"));
      expect(fingerprint(await readCatalog(session, null))).toBe(fingerprint(base));
    }
    const forward = compareCatalogs(base, catalog);
    if (forward.differences.some((difference) => difference.repair === null)) return;
    await session.script("rollback; begin");
    await session.script(orderedRepairs(forward.differences).join("\n"));
    expect(fingerprint(await readCatalog(session, null))).toBe(fingerprint(catalog));
  }
});

function expected({ kind, subject, change, severity, attribute }: MatrixEntry) {
  return { kind, subject, change, severity, ...(attribute === undefined ? {} : { attribute }) };
}

const OPPOSITE = { missing: "unexpected", unexpected: "missing", changed: "changed" } as const;

function mirrors(there: Comparison, back: Comparison): void {
  const seen = (comparison: Comparison) =>
    comparison.differences.map(({ change, kind, subject, attribute, actual, declared }) => ({
      change,
      kind,
      subject,
      attribute,
      actual,
      declared,
    }));
  const turned = seen(there).map((each) => ({
    ...each,
    change: OPPOSITE[each.change],
    actual: each.declared,
    declared: each.actual,
  }));
  expect(seen(back)).toEqual(turned);
}
