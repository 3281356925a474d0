import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Catalog, OBJECT_KINDS } from "../../../lib/core/catalog/catalog.js";
import { type Comparison, compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import type { Session } from "../../../lib/ports/database.js";
import { readDetector } from "../../../lib/steps/catalog/read-catalog.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { MAJORS, type Major } from "../../support/majors.js";
import { createDatabase, onServer, serverUrl, type TestDatabase } from "../../support/postgres.js";
import { MATRIX_BASE } from "./matrix/base.js";
import type { MatrixEntry } from "./matrix/entry.js";
import { MATRIX } from "./matrix/matrix.js";
import { preparedReader } from "./prepared-reader.js";
import { openWriter } from "./with-session.js";

it("has a row for each kind of object: created, dropped and altered", () => {
  const rows = new Set(MATRIX.map(({ kind, change }) => `${kind} ${change}`));
  const wanted = OBJECT_KINDS.flatMap((kind) => ["unexpected", "missing", "changed"].map((each) => `${kind} ${each}`));
  expect(wanted.filter((each) => !rows.has(each))).toEqual([]);
});

describe.each(MAJORS)("the drift matrix, PostgreSQL %s", (major) => {
  let database: TestDatabase;
  let session: Session;
  let read: () => Promise<Catalog>;
  let base: Catalog;

  beforeAll(async () => {
    await onServer(major, "do $$ begin create role matrix_reader; exception when duplicate_object then null; end $$");
    await makeTablespace(major);
    database = await createDatabase(major, MATRIX_BASE);
    session = await openWriter(database);
    read = await preparedReader(session);
    base = await read();
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
    await onServer(major, "drop tablespace matrix_space");
    await onServer(major, "drop role matrix_reader");
  });

  const entries = MATRIX.filter((entry) => (entry.since ?? 0) <= Number(major)).map(
    (entry) => [entry.name, entry] as const,
  );

  /** One change in a transaction that is rolled back; the subtransaction gives it an identity of its own. */
  it.each(entries)("%s", async (_name, entry) => {
    const begin = async () => {
      await session.script("begin");
      if (entry.before !== undefined) await executeEach(session, entry.before);
    };
    await begin();
    try {
      const before = entry.before === undefined ? base : await read();
      const detector = await readDetector(session, null);
      await session.script("savepoint change");
      await executeEach(session, entry.sql);
      const catalog = await read();
      const comparison = compareCatalogs(catalog, before);
      expect(fingerprint(catalog)).not.toBe(fingerprint(before));
      expect(comparison.equal).toBe(false);
      expect(await readDetector(session, null)).not.toBe(detector);
      expect(comparison.differences).toContainEqual(expect.objectContaining(expected(entry)));
      const back = compareCatalogs(before, catalog);
      mirrors(comparison, back);
      await repairs(before, comparison, entry);
      if (back.differences.some((difference) => difference.repair === null)) return;
      await session.script("rollback");
      await begin();
      await executeEach(session, back.repairs.join("\n"));
      expect(fingerprint(await read())).toBe(fingerprint(catalog));
    } finally {
      await session.script("rollback");
    }
  });

  /** Brings the changed database back by the statements of the comparison. */
  async function repairs(before: Catalog, comparison: Comparison, entry: MatrixEntry): Promise<void> {
    const complete = comparison.differences.every((difference) => difference.repair !== null);
    expect({ complete, unrepaired: entry.unrepaired ?? false }).toEqual({ complete, unrepaired: !complete });
    if (!complete) return;
    await executeEach(session, comparison.repairs.join("\n"));
    expect(fingerprint(await read())).toBe(fingerprint(before));
  }
});

/** In the server's own directory, so that it needs none outside. */
async function makeTablespace(major: Major): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl(major) });
  await client.connect();
  try {
    await client.query("set allow_in_place_tablespaces = on");
    await client.query("create tablespace matrix_space location ''");
  } finally {
    await client.end();
  }
}

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
