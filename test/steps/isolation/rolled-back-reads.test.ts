import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { LeftTenant } from "../../../lib/steps/migration/stay-inside.js";
import { LOGINS, type Login, makeLogin, setupAs, urlAs } from "../../support/gate-logins.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

/** Functions that the tenant finds in its database, each with a handler around what leads out of it. */
const SETUP = `
  create schema acme; create schema initech; create schema tools;
  create table acme.usr (id serial primary key, name text not null); insert into acme.usr (name) values ('a'), ('b');
  create table acme.log (line text);
  create table acme.watched (id int primary key); create table acme.late (id int);
  create table initech.usr (id serial primary key, name text not null); insert into initech.usr (name) select 'secret ' || n from generate_series(1, 2000) n;
  create table initech.none (id int primary key);
  create table initech.parted (id int) partition by range (id); create table initech.part partition of initech.parted for values from (0) to (9);
  insert into initech.parted values (1);
  create materialized view initech.sums as select count(*) as n from initech.usr;
  create table initech.toasted (body text); alter table initech.toasted alter body set storage external;
  insert into initech.toasted select string_agg(md5(n::text), '') from generate_series(1, 500) n;
  create sequence initech.numbers;
  create table public.plans (id int primary key); insert into public.plans values (1);
  create function public.run(q text) returns text language plpgsql as $$ declare found text; begin execute q into found; return found; end $$;
  create function public.hidden(q text) returns text language plpgsql as $$ declare found text; begin
    begin execute q into found; raise exception 'back'; exception when raise_exception then null; end; return found; end $$;
  create function tools.spy() returns trigger language plpgsql as $$ begin
    insert into acme.log values (public.hidden('select name from initech.usr limit 1')); return new; end $$;
  create trigger spy before insert on acme.watched for each row execute function tools.spy();
  create constraint trigger spy after insert on acme.late deferrable initially deferred for each row execute function tools.spy();
  create view acme.spying as select public.hidden('select name from initech.usr limit 1') as name;
  create function public.deep(n int) returns text language plpgsql as $$ declare found text; begin
    if n = 0 then return public.hidden('select name from initech.usr limit 1'); end if;
    begin found := public.deep(n - 1); raise exception 'back'; exception when others then null; end; return found; end $$;
  analyze`;

const hidden = (sql: string) => `insert into log values (public.hidden(${quoted(sql)}))`;
/** A text that nobody reads: `convert_from('\\x…')`. */
const quoted = (sql: string) => `convert_from('\\x${Buffer.from(sql).toString("hex")}', 'UTF8')`;
const PARALLEL =
  "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; set min_parallel_index_scan_size = 0; set parallel_leader_participation = off";

const READS: Readonly<Record<string, string>> = {
  "a function with a handler": hidden("select name from initech.usr limit 1"),
  "a block of the release around a function": `do $$ declare n text; begin begin n := public.run(${quoted("select name from initech.usr limit 1")}); raise exception 'x'; exception when others then null; end; insert into log values (n); end $$`,
  "a text whose arguments of format are counted on":
    "do $$ declare n text; begin begin execute format('%5$s %s%s%s', 'u', 's', 'r', 'x', 'select name from', 'initech', '.usr limit', ' 1') into n; raise exception 'x'; exception when raise_exception then null; end; insert into log values (n); end $$",
  "an error that the read itself raises": `do $$ declare n text; begin begin perform public.run(${quoted("select (name || 'x')::int from initech.usr limit 1")}); exception when others then n := sqlerrm; end; insert into log values (n); end $$`,
  "a row trigger": "insert into watched values (1)",
  "a deferred trigger": "insert into late values (1)",
  "a view": "insert into log select name from spying",
  "blocks within blocks": "insert into log values (public.deep(5))",
  "a table's one row by its place": hidden("select name from initech.usr where ctid = '(0,1)'"),
  "an index alone": hidden("select max(id) from initech.usr where id > 5"),
  "an empty table": hidden("select count(*) from initech.none"),
  "a materialized view": hidden("select n from initech.sums"),
  "a partitioned table": hidden("select id from initech.parted"),
  "a long value": hidden("select body from initech.toasted"),
  "a sequence": hidden("select last_value from initech.usr_id_seq"),
  "a number drawn, which nothing gives back": hidden("select nextval('initech.numbers')"),
  "a row written, which is there no more": hidden("insert into initech.usr (name) values ('x') returning name"),
  "rows deleted, which are there again": hidden("delete from initech.usr where id = 7 returning name"),
  "a table truncated after it was read": `do $$ begin begin perform public.run(${quoted("select name from initech.usr limit 1")}); perform public.run(${quoted("truncate initech.usr")}); raise exception 'x'; exception when others then null; end; end $$`,
  "parallel workers alone": `${PARALLEL}; ${hidden("select sum(length(name)) from initech.usr")}`,
  "parallel workers alone, by the index": `${PARALLEL}; set enable_seqscan = off; ${hidden("select sum(id) from initech.usr where id > 5")}`,
};

/** What has handlers and stays. */
const HARMLESS: Readonly<Record<string, string>> = {
  "a handler around the tenant's own":
    "do $$ begin insert into usr (id, name) values (1, 'x'); exception when unique_violation then update usr set name = 'x' where id = 1; end $$",
  "a handler around a column that may be there":
    "do $$ begin alter table usr add column name text; exception when duplicate_column then null; end $$",
  "a handler in a function, over a text put together": hidden("select name from acme.usr limit 1"),
  "what is shared, read and rolled back": hidden("select id from public.plans"),
  "the catalog": hidden("select relname from pg_class where relnamespace = 'initech'::regnamespace"),
  "a temporary table, made and rolled back": `do $$ begin begin create temp table work as select * from usr; perform count(*) from work; raise exception 'x'; exception when others then null; end; end $$`,
};

beforeAll(() => loadParser());

describe.each(MAJORS)("rows of another tenant that a part which is rolled back reads, on %s", (major) => {
  async function outcome(
    sql: string,
    before?: string,
    login: Login = "superuser",
    setup = SETUP,
    asked: string[] = [],
  ): Promise<readonly [unknown, readonly string[]]> {
    await makeLogin(major, login);
    const { url, client } = await temporaryDatabase(major, setupAs(login, setup));
    await client.query("vacuum initech.usr");
    const session = await testSession(urlAs(login, url));
    const query = session.query.bind(session);
    session.query = (text, values) => {
      asked.push(text);
      return query(text, values);
    };
    if (before !== undefined) await session.script(before);
    const error = await applyMigration(session, {
      migration: testMigration(sql),
      ledger: null,
      isolation: "read committed",
      settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      schema: "acme",
      keep: [],
      clock: testClock,
    }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const { rows } = await client.query("select line from acme.log");
    return [error, rows.map(({ line }) => String(line))];
  }

  describe.each(LOGINS)("where a %s login signs in", (login) => {
    it.each(Object.entries(READS))("%s: nothing is committed", async (_, sql) => {
      const [error, log] = await outcome(sql, undefined, login);
      expect(error).toBeInstanceOf(LeftTenant);
      expect((error as Error).message).toMatch(/it (reads|touches) .*initech\./);
      expect(log).toEqual([]);
    });
  });

  it.each(Object.entries(HARMLESS))("%s: passes", async (_, sql) => {
    expect((await outcome(sql))[0]).toBeNull();
  });

  describe("in a database without any function", () => {
    const BARE = `create schema acme; create schema initech; create table acme.log (line text);
      create table initech.usr (id int, name text); insert into initech.usr values (1, 'secret'); analyze`;
    const FUNCTION = `create function acme.f() returns text language plpgsql as $$ declare found text; begin
      begin execute ${quoted("select name from initech.usr limit 1")} into found; raise exception 'back'; exception when raise_exception then null; end; return found; end $$`;
    const seen = `do $$ declare n text; begin begin execute ${quoted("select name from initech.usr limit 1")} into n; raise exception 'x'; exception when raise_exception then null; end; insert into log values (n); end $$`;

    it.each([
      ["a block", seen],
      ["a block behind plain statements", `create table made (id int); ${seen}`],
      ["a function that the release makes", `${FUNCTION}; insert into log select acme.f()`],
      ["one that it makes and drops", `${FUNCTION}; insert into log select acme.f(); drop function acme.f()`],
    ])("%s: nothing is committed", async (_, sql) => {
      const [error, log] = await outcome(sql, undefined, "superuser", BARE);
      expect(error).toBeInstanceOf(LeftTenant);
      expect(log).toEqual([]);
    });

    it("plain statements pass, and nobody looks at every relation", async () => {
      const asked: string[] = [];
      const sql =
        "create table made (id int); alter table made add column n int; create index on made (n); insert into made values (1)";
      expect((await outcome(sql, undefined, "superuser", BARE, asked))[0]).toBeNull();
      expect(asked.filter((text) => text.includes("track_counts"))).toEqual([]);
      expect((await outcome(sql, undefined, "superuser", SETUP, asked))[0]).toBeNull();
      expect(asked.filter((text) => text.includes("track_counts"))).toHaveLength(2);
    });
  });

  it("does not count what the session has read before", async () => {
    expect(
      (await outcome("update usr set name = 'x'", "begin; select count(*) from initech.usr; commit"))[0],
    ).toBeNull();
  });

  it("says so where the server counts nothing", async () => {
    const [error] = await outcome("update usr set name = 'x'", "set track_counts = off");
    expect((error as Error).message).toMatch(/track_counts is off/);
  });
});
