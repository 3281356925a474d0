import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { applyFixes } from "../../../lib/core/lint/apply-fixes.js";
import { RULES } from "../../../lib/core/lint/rules/index.js";
import type { Rule } from "../../../lib/core/lint/rules/rule.js";
import { LOCK_MODES, type LockMode } from "../../../lib/core/postgres/lock-modes.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { createDatabase, type Major, type TestDatabase } from "../../support/postgres.js";
import { lintExample, readExample } from "../../support/rule-example.js";

beforeAll(loadParser);

/** Errors with which the server answers the bad file, for the rules that say that it fails. */
const REFUSED: Readonly<Record<string, string>> = {
  SG001: "23502",
  SG015: "0A000",
  SG043: "2BP01",
  SG048: "25001",
  SG072: "0A000",
  SG075: "55P04",
  SG108: "42P16",
  SG109: "0A000",
  SG110: "42P17",
  SG111: "42830",
  SG112: "42701",
  SG113: "42601",
  SG118: "42703",
  SG122: "428C9",
};

const MAJORS: readonly Major[] = ["15", "18"];

function statementsOf(text: string): { sql: string; isControl: boolean }[] {
  return parseSql(text, "bad.sql").statements.map((statement) => ({
    sql: statement.sql,
    isControl: isParsed(statement) && "TransactionStmt" in statement.node,
  }));
}

async function inTransaction(client: pg.Client, text: string): Promise<void> {
  await client.query("begin");
  for (const { sql, isControl } of statementsOf(text)) if (!isControl) await client.query(sql);
}

interface Relation {
  readonly oid: number;
  readonly file: number | null;
}

interface Measured {
  /** The strongest on a relation that stood before. */
  readonly lock: LockMode | null;
  /** One that stood before was read in full. */
  readonly scanned: boolean;
  /** One that stood before has a new file. */
  readonly rewritten: boolean;
}

const RELATIONS = `select c.oid::int, pg_relation_filenode(c.oid)::int as file from pg_class c
  where c.relkind in ('r', 'p', 'm') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    and c.relnamespace <> 'pg_toast'::regnamespace`;

async function measure(client: pg.Client, text: string): Promise<Measured> {
  const before = (await client.query<Relation>(RELATIONS)).rows;
  const oids = before.map((row) => row.oid);
  await inTransaction(client, text);
  const locks = await client.query<{ mode: LockMode }>(
    "select mode from pg_locks where pid = pg_backend_pid() and granted and relation = any ($1::oid[])",
    [oids],
  );
  const scans = await client.query<{ scans: string }>(
    "select coalesce(sum(seq_scan), 0) as scans from pg_stat_xact_all_tables where relid = any ($1::oid[])",
    [oids],
  );
  const after = new Map((await client.query<Relation>(RELATIONS)).rows.map((row) => [row.oid, row.file]));
  await client.query("rollback");
  const modes = locks.rows.map((row) => row.mode).sort((a, b) => LOCK_MODES.indexOf(b) - LOCK_MODES.indexOf(a));
  return {
    lock: modes[0] ?? null,
    scanned: Number(scans.rows[0]?.scans) > 0,
    rewritten: before.some((row) => after.has(row.oid) && after.get(row.oid) !== row.file),
  };
}

/** The mode for which a statement queues behind a lock that somebody holds; for what runs outside of transactions. */
async function queuedFor(
  database: TestDatabase,
  text: string,
  table: string,
  against: string,
): Promise<LockMode | undefined> {
  const [holder, runner] = [await connect(database.url), await connect(database.url)];
  await holder.query(`begin; lock table ${table} in ${against} mode`);
  const running = runner.query(statementsOf(text).at(-1)?.sql ?? "").catch(() => null);
  const waiting = "select mode from pg_locks where not granted and relation = $1::regclass";
  let mode: LockMode | undefined;
  await vi.waitUntil(
    async () => {
      mode = (await database.client.query<{ mode: LockMode }>(waiting, [table])).rows[0]?.mode;
      return mode !== undefined;
    },
    { timeout: 10_000, interval: 20 },
  );
  await holder.query("rollback");
  await running;
  await Promise.all([holder.end(), runner.end()]);
  return mode;
}

/** Makes a database what it was before an example, with what stands before it. */
async function reset(client: pg.Client, before: string): Promise<void> {
  await client.query("rollback");
  await client.query(`reset all; set client_min_messages = error;
    drop schema if exists public, app, billing, archive cascade;
    drop access method if exists heap2 cascade; create schema public`);
  if (before) await client.query(before);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

function holdsOn(rule: Rule, major: Major): boolean {
  return rule.versions.from <= Number(major) && Number(major) <= (rule.versions.to ?? Infinity);
}

/** VACUUM and CONCURRENTLY: the table that they are about, and the weakest lock that conflicts with theirs alone. */
const OUTSIDE: Readonly<Record<string, { readonly table: string; readonly against: string }>> = {
  SG051: { table: "users", against: "share update exclusive" },
  SG066: { table: "events", against: "access share" },
};

describe.each(MAJORS)("on PostgreSQL %s", (major) => {
  const rules = RULES.filter((rule) => holdsOn(rule, major));
  const locking = rules.filter((rule) => rule.lock !== null && !OUTSIDE[rule.id] && !REFUSED[rule.id]);
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(major);
  });
  afterAll(() => database.drop());

  it.each(locking)("$id $slug takes the lock that it claims, and does the work", async (rule) => {
    const example = readExample(rule.id);
    await reset(database.client, example.before);
    const measured = await measure(database.client, example.bad);
    expect(measured.lock).toBe(rule.lock);
    if (rule.work === "scan" || rule.work === "build") expect(measured.scanned).toBe(true);
    if (rule.work === "rewrite") expect(measured.rewritten).toBe(true);
    else if (rule.work !== "delete") expect(measured.rewritten).toBe(false);
  });

  it.each(Object.entries(OUTSIDE))("%s queues for the lock that it claims", async (id, { table, against }) => {
    const example = readExample(id);
    await reset(database.client, example.before);
    expect(await queuedFor(database, example.bad, table, against)).toBe(RULES.find((rule) => rule.id === id)?.lock);
  });

  it.each(Object.entries(REFUSED))("%s is refused with %s, and its good file runs", async (id, code) => {
    const example = readExample(id);
    await reset(database.client, example.before);
    await expect(run(database.client, example.bad)).rejects.toMatchObject({ code });
    await database.client.query("rollback");
    await run(database.client, example.good);
  });

  it.each(rules.filter((rule) => !REFUSED[rule.id] && rule.id !== "SG024"))(
    "$id has a good file that runs",
    async (rule) => {
      const example = readExample(rule.id);
      await reset(database.client, example.before);
      await run(database.client, example.good);
    },
  );

  it("rewrites to the same catalog", async () => {
    let rewritten = 0;
    for (const rule of rules.filter((each) => !REFUSED[each.id])) {
      const example = readExample(rule.id);
      const fixes = (await lintExample(example, example.bad, "bad.sql")).flatMap((finding) =>
        finding.code === rule.id && finding.fix ? [finding.fix] : [],
      );
      if (fixes.length === 0) continue;
      const wanted = await shapeAfter(database.client, example.before, example.bad);
      const fixed = await shapeAfter(database.client, example.before, applyFixes(example.bad, fixes));
      expect(fixed, rule.id).toEqual(wanted);
      rewritten += 1;
    }
    expect(rewritten).toBeGreaterThan(10);
  });
});

async function run(client: pg.Client, text: string): Promise<void> {
  for (const { sql } of statementsOf(text)) await client.query(sql);
}

/** What the catalog says of every relation, constraint, index and domain constraint. */
async function shapeAfter(client: pg.Client, before: string, text: string): Promise<unknown> {
  await reset(client, before);
  await run(client, text);
  const result = await client.query(`
    select c.oid::regclass::text as relation, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, null as definition
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace
    union all
    select coalesce(nullif(conrelid::regclass::text, '-'), contypid::regtype::text), conname, contype::text, convalidated, pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select indexrelid::regclass::text, null, null, indisvalid, pg_get_indexdef(indexrelid)
      from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
    order by 1, 2, 3, 5`);
  return result.rows;
}
