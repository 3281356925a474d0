import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { type ApplyMigration, applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { until } from "../../support/fleet.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { inverseOf, upAndBack } from "../../support/up-and-back.js";

beforeAll(() => loadParser());

const USERS = `create table users (id bigint generated always as identity primary key, name text, shown text, n int not null default 0);
  insert into users (name) select 'Name ' || i from generate_series(1, 3000) i`;

function input(sql: string, more: Partial<ApplyMigration> = {}): ApplyMigration {
  const settings = { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 2_000 };
  const plain = {
    ledger: null,
    isolation: "read committed",
    settings,
    schema: null,
    keep: [],
    clock: testClock,
  } as const;
  return { migration: testMigration(sql), ...plain, ...more };
}

const value = async (session: Session, sql: string) => (await session.execute<{ v: unknown }>(sql))[0]?.v;

async function both(major: "15" | "18", setup: string, statement: string, by: string, read: string) {
  const ends: unknown[] = [];
  for (const comment of ["", `-- schema-gate: backfill by ${by} batch 100ms\n`]) {
    const { url } = await temporaryDatabase(major, setup);
    const session = await testSession(url);
    const { transactions } = await applyMigration(session, input(comment + statement));
    if (comment !== "") expect(transactions).toBeGreaterThan(3);
    ends.push(await value(session, `select md5(string_agg(r::text, '|' order by r::text)) as v from (${read}) r`));
    expect(await value(session, `select count(*)::int as v from ${read.replace(/^.*from /, "")}`)).toBeGreaterThan(0);
  }
  return ends;
}

describe.each(["15", "18"] as const)("a backfill on %s", (major) => {
  it.each<readonly [name: string, statement: string, by: string, read: string, more?: string]>([
    ["by a condition", "update users set shown = upper(name) where shown is null", "id", "select * from users"],
    ["by a cursor", "update users set n = n + 1", "id", "select * from users"],
    [
      "with an alias and OR",
      "update users u set shown = u.name where u.shown is null or u.n > 7",
      "u.id",
      "select * from users",
    ],
    ["that deletes", "delete from users where n = 0 and id % 3 = 0", "id", "select * from users"],
    [
      "that inserts",
      "insert into log (who, what) select u.id, u.name from users u where u.id % 2 = 0",
      "id",
      "select * from log",
      "create table log (who bigint primary key, what text)",
    ],
    [
      "that inserts with a join",
      "insert into log as l (who, what) select u.id, c.code from users u left join codes c on c.id = u.id % 5 on conflict do nothing",
      "u.id",
      "select * from log",
      "create table log (who bigint primary key, what text); create table codes (id int primary key, code text); insert into codes select i, 'c' || i from generate_series(0, 3) i",
    ],
    [
      "that joins",
      "update users set shown = c.code from codes c where c.id = users.id % 5 and users.shown is null",
      "id",
      "select * from users",
      "create table codes (id int primary key, code text); insert into codes select i, 'c' || i from generate_series(0, 3) i",
    ],
    [
      "by a composite key",
      "update pairs set v = a || b where v is null",
      "a, b",
      "select * from pairs",
      "create table pairs (a int, b text, v text, primary key (a, b)); insert into pairs select i % 40, 'x' || i from generate_series(1, 3000) i",
    ],
    [
      "by a uuid",
      "update docs set v = left(id::text, 4) where v is null",
      "id",
      "select * from docs",
      "create table docs (id uuid primary key, v text); insert into docs select md5(i::text)::uuid from generate_series(1, 3000) i",
    ],
    [
      "by a timestamp with odd names",
      `update "Odd ""T" set "V" = 1 where "V" is null`,
      `"At"`,
      `select * from "Odd ""T"`,
      `create table "Odd ""T" ("At" timestamptz not null unique, "V" int); insert into "Odd ""T" select '2024-03-31 00:59:59.123456+00'::timestamptz + i * interval '7 min' from generate_series(1, 3000) i`,
    ],
  ])("%s leaves the rows that the statement leaves", async (...[, statement, by, read, more]) => {
    const [plain, batched] = await both(major, `${USERS}; ${more ?? "select"}`, statement ?? "", by ?? "", read ?? "");
    expect(batched).toEqual(plain);
  });

  it.each<readonly [name: string, statement: string, more?: string]>([
    ["an UPDATE", "update users set shown = upper(name) where shown is null"],
    ["an UPDATE by the cursor", "update users set n = n + 1"],
    ["a DELETE", "delete from users where id % 2 = 0"],
    [
      "an INSERT",
      "insert into log select id, name from users where id % 2 = 0",
      "create table log (who bigint primary key, what text)",
    ],
    [
      "an UPDATE of a table with a trigger",
      "update users set shown = 'x' where shown is null",
      `create function touch() returns trigger language plpgsql as 'begin new.n := new.n + 1; return new; end';
       create trigger touched before update on users for each row execute function touch()`,
    ],
  ])("%s is taken back, and what was written since stays", async (_, statement, more) => {
    const { url } = await temporaryDatabase(major, `${USERS}; ${more ?? "select"}`);
    const session = await testSession(url);
    const sums = `select md5(coalesce(string_agg(r::text, '|' order by r::text), '')) as v from (select * from users where id > 10`;
    const log = more?.startsWith("create table log")
      ? "union all select who, what, null, null from log where who > 10) r"
      : ") r";
    const before = await value(session, `${sums} ${log}`);
    const { up, back } = await upAndBack(session, `-- schema-gate: backfill by id batch 100ms\n${statement}`);
    const { keptBytes } = await up();
    expect(keptBytes).toBeGreaterThan(0);
    expect(await value(session, `${sums} ${log}`)).not.toBe(before);
    await session.execute("update users set name = 'written since' where id = 3");
    await back();
    expect(await value(session, `${sums} ${log}`)).toBe(before);
    expect(await value(session, "select name as v from users where id = 3")).toBe("written since");
    expect(await value(session, "select count(*)::int as v from schema_gate.kept")).toBe(0);
  });

  it("keeps an inserted row that rows written since point at", async () => {
    const notes = "create table notes (who bigint references log on delete cascade, text text)";
    const { url } = await temporaryDatabase(
      major,
      `${USERS}; create table log (who bigint primary key, what text); ${notes}`,
    );
    const session = await testSession(url);
    const { up, back } = await upAndBack(
      session,
      "-- schema-gate: backfill by id batch 100ms\ninsert into log select id, name from users",
    );
    await up();
    await session.execute("insert into notes values (3, 'written since')");
    await back();
    expect(await value(session, "select array_agg(who)::text as v from log")).toBe("{3}");
    expect(await value(session, "select count(*)::int as v from notes")).toBe(1);
  });

  it("keeps an inserted row that somebody is about to point at", async () => {
    const notes = "create table notes (who bigint references log on delete cascade, text text)";
    const { url } = await temporaryDatabase(
      major,
      `${USERS}; create table log (who bigint primary key, what text); ${notes}`,
    );
    const session = await testSession(url);
    const { up, back } = await upAndBack(
      session,
      "-- schema-gate: backfill by id batch 100ms\ninsert into log select id, name from users where id < 9",
    );
    await up();
    const other = await testSession(url);
    await other.script("begin; insert into public.notes values (3, 'written meanwhile')");
    const ended = back();
    await until(async () => {
      const waits = "select count(*)::int as v from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'";
      return (await other.query<{ v: number }>(waits, [session.backend]))[0]?.v === 1;
    }, "the way back waits");
    await other.script("commit");
    await ended;
    expect(await value(session, "select array_agg(who)::text as v from log")).toBe("{3}");
    expect(await value(session, "select count(*)::int as v from notes")).toBe(1);
  });

  it.each([2, 4])(
    "is taken back from its middle, after %i batches, and met as a whole by the next time",
    async (at) => {
      const { url } = await temporaryDatabase(major, USERS);
      const session = await testSession(url);
      const sql = "-- schema-gate: backfill by id batch 10ms\nupdate users set n = n + 1";
      const { keep, candidate } = await inverseOf(session, testMigration(sql));
      let batches = 0;
      const pace = {
        between: async () => {
          batches += 1;
          if (batches === at) throw new Error("the process ends here");
        },
      };
      await expect(applyMigration(session, input(sql, { keep, pace }))).rejects.toThrow("ends here");
      const { migration, settings } = input(sql);
      const common = { ledger: null, settings, schema: null, clock: testClock };
      const back = { ...common, migration, previous: null, candidate, halfDone: true };
      // Whoever goes on from the middle of the way back is told so.
      const stopped = { begin: () => Promise.reject(new Error("the way back ends here")), end: async () => {} };
      await expect(applyRollback(session, { ...back, observe: stopped })).rejects.toThrow("ends here");
      await expect(applyMigration(session, input(sql, { keep }))).rejects.toMatchObject({ code: "BACKFILL-LOST" });
      await applyRollback(session, back);
      const seen = "select array_agg(distinct n) as v from users";
      expect(await value(session, seen)).toEqual([0]);
      await applyMigration(session, input(sql, { keep }));
      expect(await value(session, seen)).toEqual([1]);
    },
  );

  it("begins once, though two processes of a run begin it at once", async () => {
    const { url } = await temporaryDatabase(major, USERS);
    const sql = "-- schema-gate: backfill by id batch 10ms\nupdate users set n = n + 1";
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = () => {};
    const there = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const before = () => {
      reached();
      return held;
    };
    const slow = applyMigration(await testSession(url), input(sql, { observe: { before } }));
    await there;
    let batches = 0;
    const pace = {
      between: async () => {
        batches += 1;
        if (batches !== 3) return;
        release();
        await slow.catch(() => {});
      },
    };
    await expect(applyMigration(await testSession(url), input(sql, { pace }))).rejects.toMatchObject({
      code: "BACKFILL-LOST",
    });
    await slow;
    expect(await value(await testSession(url), "select array_agg(distinct n) as v from users")).toEqual([1]);
  });

  it("goes on from its cursor, whatever it dies of", async () => {
    const { url } = await temporaryDatabase(major, `${USERS}; create table done (version text primary key)`);
    const session = await testSession(url);
    const sql = "-- schema-gate: backfill by id batch 100ms\nupdate users set n = n + 1";
    let batches = 0;
    const pace = {
      between: async () => {
        batches += 1;
        if (batches < 4) throw new Error("the process ends here");
      },
    };
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(applyMigration(session, input(sql, { pace }))).rejects.toThrow("ends here");
    // What the application inserts meanwhile has a greater key, and is not met.
    await session.execute("insert into users (name, n) values ('new', 100)");
    expect(await applyMigration(session, input(sql))).toMatchObject({ resumed: true });
    expect(await value(session, "select array_agg(distinct n order by n) as v from users")).toEqual([1, 100]);
  });

  it("meets rows that the application writes behind it", async () => {
    const { url } = await temporaryDatabase(major, USERS);
    const session = await testSession(url);
    let written = false;
    const pace = {
      between: async () => {
        if (written) return;
        written = true;
        await session.execute("insert into users overriding system value values (-5, 'behind', null, 0)");
      },
    };
    const sql = "-- schema-gate: backfill by id batch 100ms\nupdate users set shown = upper(name) where shown is null";
    await applyMigration(session, input(sql, { pace }));
    expect(await value(session, "select shown as v from users where id = -5")).toBe("BEHIND");
  });

  it("halts at the row that fails, names it, and goes on when it is repaired", async () => {
    const { url } = await temporaryDatabase(major, `${USERS}; update users set name = 'bad' where id = 1717`);
    const session = await testSession(url);
    const sql = "-- schema-gate: backfill by id batch 100ms\nupdate users set n = right(name, -5)::int where n = 0";
    await expect(applyMigration(session, input(sql))).rejects.toMatchObject({
      code: "BACKFILL-HALTED",
      key: "id 1717",
    });
    expect(await value(session, "select count(*)::int as v from users where n = id")).toBe(1716);
    await session.execute("update users set name = 'Name 1717' where id = 1717");
    await applyMigration(session, input(sql));
    expect(await value(session, "select count(*)::int as v from users where n = id")).toBe(3000);
  });

  it("halts at a row that would be met again and again, before it is changed twice", async () => {
    const { url } = await temporaryDatabase(major, `${USERS}; update users set name = null where id = 2024`);
    const session = await testSession(url);
    const sql =
      "-- schema-gate: backfill by id batch 100ms\nupdate users set shown = upper(name), n = n + 1 where shown is null";
    await expect(applyMigration(session, input(sql))).rejects.toMatchObject({ why: "endless", key: "id 2024" });
    expect(await value(session, "select max(n) as v from users")).toBe(1);
  });
});
