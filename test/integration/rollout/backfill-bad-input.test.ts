import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { BASELINE } from "../../support/faults/fault-release.js";
import { ended, until } from "../../support/fleet.js";

const ROWS = 2_000;
const BASE = `CREATE SCHEMA app;
CREATE TABLE app.items (id serial PRIMARY KEY, name text NOT NULL, code int);
INSERT INTO app.items (name) SELECT n::text FROM generate_series(1, ${ROWS}) n;`;

const MARK = "-- schema-gate: backfill by id batch 20ms";
const FILL = "UPDATE app.items SET code = name::int WHERE code IS NULL;";

/** What is made in every tenant, the statement, and what is said of it. */
const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  ["no key", "alter table app.items drop constraint items_pkey", FILL, /backfill\.no-key .*app\.items/],
  [
    "a key that may be NULL",
    "alter table app.items drop constraint items_pkey; alter table app.items alter id drop not null; create unique index on app.items (id)",
    FILL,
    /backfill\.no-key/,
  ],
  [
    "a unique index that is partial",
    "alter table app.items drop constraint items_pkey; create unique index on app.items (id) where id > 10",
    FILL,
    /backfill\.no-key/,
  ],
  [
    "a key that the statement changes",
    "",
    "UPDATE app.items SET id = id + 100000, code = 1 WHERE code IS NULL;",
    /backfill\.key-changed .*changes id/,
  ],
  [
    "a key that a trigger changes",
    `create function app.f() returns trigger language plpgsql as 'begin new.id := new.id + 100000; return new; end';
     create trigger t before update on app.items for each row execute function app.f()`,
    FILL,
    /backfill\.trigger/,
  ],
  [
    "a condition that stays true",
    "",
    "UPDATE app.items SET name = name || 'x' WHERE name IS NOT NULL;",
    /backfill\.endless .*id \d+/,
  ],
  [
    "a condition that a trigger keeps true",
    `create function app.f() returns trigger language plpgsql as 'begin new.code := null; return new; end';
     create trigger t before update on app.items for each row execute function app.f()`,
    FILL,
    /backfill\.endless .*id \d+/,
  ],
  [
    "a trigger that writes the same table",
    `create function app.f() returns trigger language plpgsql as 'begin update app.items set code = 0 where id = new.id + 1; return null; end';
     create trigger t after update on app.items for each row execute function app.f()`,
    FILL,
    /backfill\.trigger/,
  ],
  [
    "a partitioned table",
    "create table app.parts (id int primary key, code int) partition by range (id); create table app.part partition of app.parts for values from (0) to (9)",
    "UPDATE app.parts SET code = 1 WHERE code IS NULL;",
    /backfill\.partitioned/,
  ],
  ["row-level security", "alter table app.items enable row level security", FILL, /backfill\.row-security/],
  [
    "row-level security that is forced",
    "alter table app.items enable row level security; alter table app.items force row level security",
    FILL,
    /backfill\.row-security/,
  ],
  [
    "a view",
    "create view app.seen as select * from app.items",
    "UPDATE app.seen SET code = 1 WHERE code IS NULL;",
    /backfill\.no-table/,
  ],
  [
    "a row that fails on the clone",
    "update app.items set name = 'odd' where id = 1234",
    FILL,
    /backfill\.row .*id 1234/,
  ],
];

const runOf = (said: string) => /^Run (\S+)/m.exec(said)?.[1] ?? "";

describe("a backfill that cannot be", { timeout: 240_000 }, () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(2, (directory) => {
      mkdirSync(join(directory, "migrations"));
      writeFileSync(join(directory, "migrations", `${BASELINE}_baseline.up.sql`), BASE);
      return join(directory, "migrations");
    });
    fleet.writeConfig({ canary: 1, lockTimeout: "2s" });
  }, 300_000);
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.clear());

  const rows = (id: string, sql: string) => fleet.inDatabase(id, async (client) => (await client.query(sql)).rows);
  const file = (text: string) => {
    writeFileSync(join(fleet.directory, "fill.sql"), `${MARK}\n${text}\n`);
    return "fill.sql";
  };
  const digest = (id: string) =>
    rows(id, "select md5(string_agg(i::text, ',' order by i.id)) as rows from app.items i");

  it.each(REFUSED)("is refused for %s, and nothing is changed", async (_, setup, statement, said) => {
    if (setup !== "") for (const id of fleet.tenants) await rows(id, setup);
    const before = await Promise.all(fleet.tenants.map(digest));
    const { code, stderr } = await fleet.command(["backfill", file(statement), "--no-wait"]);
    expect(stderr).toMatch(said);
    expect(code).toBe(1);
    expect(await Promise.all(fleet.tenants.map(digest))).toEqual(before);
  });

  it("halts at the row of one tenant that fails, names it, loses nothing, and goes on when it is repaired", async () => {
    const asked = await fleet.command(["backfill", file(FILL), "--no-wait"]);
    expect(asked.code, asked.stderr).toBe(4);
    await fleet.command(["approve"]);
    await rows("t001", "update app.items set name = 'odd' where id = 1234");
    const halted = await fleet.command(["resume"]);
    expect(halted.code).toBe(1);
    expect(halted.stderr).toMatch(/t001.*halted at the row id 1234: .*odd/);
    const done =
      "select count(code)::int as done, max(id) filter (where code is not null) as last, count(*)::int as rows from app.items";
    // Every row before it is done, none is lost, and the one that fails is as it was.
    expect(await rows("t001", done)).toEqual([{ done: 1233, last: 1233, rows: ROWS }]);
    expect(await rows("t001", "select name, code from app.items where id = 1234")).toEqual([
      { name: "odd", code: null },
    ]);
    await rows("t001", "update app.items set name = '1234' where id = 1234");
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(await rows("t001", "select count(*)::int as wrong from app.items where code is distinct from id")).toEqual([
      { wrong: 0 },
    ]);
  });

  it("takes a tenant back that is half done, and meets every row the next time", async () => {
    const asked = await fleet.command([
      "backfill",
      file("UPDATE app.items SET code = coalesce(code, 0) + name::int;"),
      "--no-wait",
    ]);
    expect(asked.code, asked.stderr).toBe(4);
    await fleet.command(["approve"]);
    await rows("t001", "update app.items set name = 'odd' where id = 1234");
    expect((await fleet.command(["resume"])).code).toBe(1);
    await rows("t001", "update app.items set name = '1234' where id = 1234");
    const again = await fleet.command(["backfill", "fill.sql", "--no-wait"]);
    expect(again.stderr).toContain("A tenant is in the middle of this backfill");
    const back = await fleet.command(["rollback", runOf(asked.stderr), "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    const sum = "select count(*)::int as rows, count(code)::int as done, sum(code)::int as sum from app.items";
    for (const id of fleet.tenants) expect(await rows(id, sum)).toEqual([{ rows: ROWS, done: 0, sum: null }]);
    const second = await fleet.command(["backfill", "fill.sql", "--no-wait"]);
    expect(second.code, second.stderr).toBe(4);
    await fleet.command(["approve"]);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    const all = (ROWS * (ROWS + 1)) / 2;
    for (const id of fleet.tenants) expect(await rows(id, sum)).toEqual([{ rows: ROWS, done: ROWS, sum: all }]);
  });

  it("takes tenants back that a killed run was at work in", async () => {
    const asked = await fleet.command([
      "backfill",
      file("UPDATE app.items SET code = coalesce(code, 0) + 1;"),
      "--no-wait",
    ]);
    expect(asked.code, asked.stderr).toBe(4);
    await fleet.command(["approve"]);
    const killed = fleet.start("dist/bin/schema-gate.js", ["resume"]);
    const some = () => rows("t000", "select count(code)::int > 0 as some from app.items");
    await until(async () => (await some())[0]?.some === true, "a first batch is done");
    killed.kill("SIGKILL");
    await ended(killed);
    // As in a kill so early that nothing was written of how far it was.
    rmSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "backfills"), { recursive: true, force: true });
    const back = await fleet.command(["rollback", "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    for (const id of fleet.tenants)
      expect(await rows(id, "select count(code)::int as done from app.items")).toEqual([{ done: 0 }]);
  });
});
