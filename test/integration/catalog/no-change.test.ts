import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { readCatalog, readDetector, readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { MATRIX_BASE } from "./matrix/base.js";
import { withSession } from "./with-session.js";

/** Without the role that the matrix makes for itself. */
const BASE = MATRIX_BASE.replaceAll("to matrix_reader", "to public");

const NO_CHANGES: readonly string[] = [
  "insert into app.users (email) values ('a'); update app.users set quota = 3; delete from app.users",
  "analyze",
  "vacuum app.users",
  "vacuum full app.users",
  "vacuum freeze pg_catalog.pg_class, pg_catalog.pg_attribute",
  "reindex table app.users",
  "cluster app.users using users_pkey; alter table app.users set without cluster",
  "truncate app.users cascade",
  "select nextval('app.counter'); select setval('app.orders_id_seq', 900)",
  "refresh materialized view app.totals",
  "refresh materialized view app.totals with no data; refresh materialized view app.totals",
  "drop index app.orders_user; create index orders_user on app.orders (user_id, placed_at desc)",
  "drop view app.active; create view app.active as select id, email from app.users where quota > 0",
  "drop function app.add(integer, integer); create function app.add(a integer, b integer) returns integer language sql immutable as 'select a + b'",
  "drop trigger users_touch on app.users; create trigger users_touch before update on app.users for each row execute function app.touch()",
  "drop policy mine on app.users; create policy mine on app.users using (id > 0)",
  "alter table app.users drop constraint users_quota_check; alter table app.users add check (quota >= 0)",
  "create sequence app.passing; drop sequence app.passing",
  "drop type app.pair; create type app.pair as (a integer, b text)",
  "drop table app.second_parent; create table app.second_parent (b integer)",
  "drop publication feed; create publication feed for table app.orders",
  "drop event trigger watcher; create event trigger watcher on ddl_command_end execute function app.watch()",
  "drop table app.events_2026; create table app.events_2026 partition of app.events for values from ('2026-01-01') to ('2027-01-01')",
  "alter table app.events detach partition app.events_2026; alter table app.events attach partition app.events_2026 for values from ('2026-01-01') to ('2027-01-01')",
  "alter table app.users rename to people; alter table app.people rename to users",
  "alter table app.users rename name to title; alter table app.users rename title to name",
  "alter index app.orders_user rename to o; alter index app.o rename to orders_user",
  "alter schema app rename to app2; alter schema app2 rename to app",
  "alter type app.mood rename to m; alter type app.m rename to mood",
  "alter function app.touch() rename to t; alter function app.t() rename to touch",
  "alter table app.users add spare int; alter table app.users drop spare",
  "alter table app.users add spare int default 1 check (spare > 0) unique; alter table app.users drop spare",
  "alter table app.second_parent alter b type bigint; alter table app.second_parent alter b type integer",
  "alter table app.users alter note set storage extended, alter note set storage extended",
  "alter table app.users alter quota set default 10, alter quota set not null",
  "alter table app.users alter quota set statistics 5; alter table app.users alter quota set statistics -1",
  "alter table app.users set (fillfactor = 70); alter table app.users reset (fillfactor)",
  "alter table app.users disable trigger users_touch; alter table app.users enable trigger users_touch",
  "alter table app.users disable row level security; alter table app.users enable row level security",
  "alter table app.users replica identity full; alter table app.users replica identity default",
  "alter table app.second_parent set unlogged; alter table app.second_parent set logged",
  "comment on view app.active is 'x'; comment on view app.active is null",
  "comment on table app.users is 'People'",
  "grant select on app.users to public; revoke select on app.users from public",
  "grant select (note) on app.users to public; revoke select (note) on app.users from public",
  "grant usage on schema app to public; revoke usage on schema app from public",
  "alter default privileges in schema app grant select on tables to public; alter default privileges in schema app revoke select on tables from public",
  "alter function app.add(integer, integer) volatile; alter function app.add(integer, integer) immutable",
  "create or replace function app.touch() returns trigger language plpgsql as 'begin return new; end'",
  "alter sequence app.counter increment 2; alter sequence app.counter increment 1",
  "create table app.passing (id serial primary key); drop table app.passing",
  // As servers since 15.20 do with every column.
  "update pg_attribute set attoptions = array['pg_attver=' || attrelid] where attrelid = 'app.users'::regclass and attnum > 0 and attoptions is null",
  "set search_path = app; drop domain positive; create domain positive as integer check (value > 0); reset search_path",
];

/** Names that break whatever is put together carelessly. */
const HOSTILE = ['"; DROP TABLE x; --', "new\nline", "😀", "a".repeat(63), "comma,(paren)", "back\\slash", "$tenant"];

describe.each(MAJORS)("what is no change, PostgreSQL %s", (major) => {
  it("raises nothing", async () => {
    const database = await temporaryDatabase(major, BASE);
    const before = await withSession(database, (session) => readCatalog(session, null));
    for (const sql of NO_CHANGES) {
      await database.client.query(sql);
      const after = await withSession(database, (session) => readCatalog(session, null));
      expect(compareCatalogs(after, before), sql).toMatchObject({ equal: true, differences: [] });
      expect(fingerprint(after), sql).toBe(fingerprint(before));
    }
  });

  it("leaves the change detector alone where only rows and statistics move", async () => {
    const database = await temporaryDatabase(major, BASE);
    const read = () => withSession(database, (session) => readDetector(session, null));
    const roles = async () => (await database.client.query("select oid, rolname from pg_roles order by oid")).rows;
    // Roles are the server's: other tests make and drop theirs meanwhile, and the detector sees that.
    for (;;) {
      const [rolesBefore, before] = [await roles(), await read()];
      for (const sql of NO_CHANGES.slice(0, 3)) await database.client.query(sql);
      const [after, rolesAfter] = [await read(), await roles()];
      if (!isDeepStrictEqual(rolesBefore, rolesAfter)) continue;
      expect(after).toBe(before);
      break;
    }
  });

  it("reads hostile names as names, and repairs what bears them", async () => {
    const script = HOSTILE.map((name) => `"${name.replaceAll('"', '""')}"`)
      .map(
        (name) =>
          `create schema ${name}; create table ${name}.${name} (${name} int default 1 check (${name} > 0)); create index on ${name}.${name} (${name}); comment on column ${name}.${name}.${name} is E'it''s\\n"x"'`,
      )
      .join(";\n");
    const full = await temporaryDatabase(major, script);
    const empty = await temporaryDatabase(major);
    const declared = await withSession(full, (session) => readCatalog(session, null));
    const actual = await withSession(empty, (session) => readCatalog(session, null));
    const { differences } = compareCatalogs(actual, declared);
    const order = ["schema", "table"];
    const repairs = differences.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    for (const { repair } of repairs) await empty.client.query(repair ?? "select 'no repair'::int");
    expect((await withSession(empty, (session) => readFingerprint(session, null))).fingerprint).toBe(
      fingerprint(declared),
    );
  });

  it("needs no more than CONNECT", async () => {
    // Options of a user mapping are for the owner of its server alone.
    const database = await temporaryDatabase(major, BASE.replace(/create user mapping .*/, ""));
    const owner = await withSession(database, (session) => readFingerprint(session, null));
    const role = `reader_${database.name}`;
    await onServer(major, `create role ${role} login password 'p'`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = "p";
      await withSession({ ...database, url: url.href }, async (session) => {
        expect((await readFingerprint(session, null)).fingerprint).toBe(owner.fingerprint);
        expect(await readDetector(session, null)).toMatch(/^[0-9a-f]{32}$/);
      });
    } finally {
      await onServer(major, `drop role ${role}`);
    }
  });
});

const hasDump = spawnSync("pg_dump", ["--version"]).status === 0;
if (!hasDump) console.warn("dump and restore are not compared: no pg_dump on this machine");

it.skipIf(!hasDump)("gives a dumped and restored database the same fingerprint", async () => {
  // Left out by pg_dump -s: settings of the database, versions of extensions, handlers of languages that are the system's.
  const left = [/create language plother .*/, / version '1.5'/, /do \$\$ begin execute format\('alter database .*/];
  const database = await temporaryDatabase(
    "15",
    left.reduce((base, each) => base.replace(each, ""), BASE),
  );
  const copy = await temporaryDatabase("15");
  const dump = spawnSync("pg_dump", ["-s", database.url], { encoding: "utf8", maxBuffer: 1 << 26 });
  expect(dump.stderr).toBe("");
  await copy.client.query(dump.stdout.replaceAll(/^\\.*$/gm, ""));
  // A dump without data leaves materialized views unfilled, and the fingerprint tells that.
  await copy.client.query(`do $$ declare v record; begin for v in select schemaname, matviewname from pg_matviews loop
    execute format('refresh materialized view %I.%I', v.schemaname, v.matviewname); end loop; end $$`);
  const [a, b] = await Promise.all(
    [database, copy].map((each) => withSession(each, (session) => readCatalog(session, null))),
  );
  if (!a || !b) throw new Error("two catalogs were read");
  expect(compareCatalogs(b, a).differences).toEqual([]);
  expect(fingerprint(b)).toBe(fingerprint(a));
});
