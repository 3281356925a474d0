import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { changedSurroundings, readSurroundings } from "../../../lib/steps/isolation/surroundings.js";
import { MAJORS } from "../../support/majors.js";
import { createDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const TENANTS = ["acme", "globex", "initech"];
const tenant = (name: string) => `create schema ${name}; set search_path to ${name}, public;
    create type mood as enum ('sad', 'glad'); create domain few as int check (value > 0); create type pair as (a int, b int);
    create table usr (id serial primary key, name text not null, plan int references public.plans, mood mood, seen timestamptz);
    create table log (line text); create view v as select * from usr; create index usr_name on usr (name);
    insert into usr (name, plan, mood) select '${name} ' || n, 1, 'sad' from generate_series(1, 20) n;
    create sequence numbers; create function peek() returns int language sql as 'select 1';
    create procedure proc() language sql as 'select 1'; create aggregate agg(int) (sfunc = int4pl, stype = int);
    create operator === (leftarg = int, rightarg = int, function = int4eq);
    create collation coll (locale = 'C'); create text search configuration cfg (copy = simple); create text search dictionary dict (template = simple);
    create statistics stat on id, name from usr; create operator family fam using btree; create operator class opc for type int using btree as operator 1 <;
    create conversion conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8; create policy pol on usr using (true);
    create function trg() returns trigger language plpgsql as $$ begin return new; end $$; create trigger trg before insert on usr for each row execute function trg();
    create rule rul as on insert to log do also notify x; create table parted (id int) partition by list (id); create table kid () inherits (usr); alter table usr add column borrowed bigint default nextval('public.numbers');
    reset search_path;`;
const SETUP = `create table public.plans (id int primary key, name text); insert into public.plans values (1, 'free');
  create sequence public.numbers; select nextval('public.numbers') from generate_series(1, 9);
  create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create type public.level as enum ('a', 'b'); create text search configuration public.pcfg (copy = simple);
  ${TENANTS.map(tenant).join("\n")}
  create publication pub for table acme.usr;
  create extension pg_trgm schema public; alter table acme.usr alter borrowed set default nextval('initech.numbers')`;

/** What acme's release must not change, by whatever code it does so: nothing of these shows in the locks of a relation. */
const LEAVES = [
  "comment on function initech.peek() is 'x'",
  "comment on function globex.peek() is 'x'",
  "comment on schema initech is 'x'",
  "comment on type initech.mood is 'x'",
  "comment on text search configuration initech.cfg is 'x'",
  "comment on statistics initech.stat is 'x'",
  "comment on publication pub is 'x'",
  "alter type initech.mood add value 'mad'",
  "alter type initech.mood rename value 'sad' to 'mad'",
  "alter text search configuration initech.cfg drop mapping for word",
  "drop text search configuration initech.cfg",
  "alter text search dictionary initech.dict (stopwords = 'english')",
  "alter operator family initech.fam using btree add operator 1 < (int, bigint)",
  "drop operator class initech.opc using btree",
  "drop conversion initech.conv",
  "create cast (initech.mood as int) with inout",
  "create cast (bigint as boolean) with inout as implicit",
  "alter publication pub add table initech.log",
  "alter publication pub add table log",
  "alter function initech.peek() cost 5",
  "drop operator initech.=== (int, int)",
  "alter default privileges in schema initech grant select on tables to pg_monitor",
  "create table t9 (id int default nextval('initech.numbers'))",
  "create trigger t before insert on usr for each row execute function initech.trg()",
  "alter table usr add column p initech.few",
  "alter table usr add constraint c check (initech.peek() = 1)",
  "create function f9(initech.mood) returns int language sql as 'select 1'",
];

const KEEPS = [
  "comment on function peek() is 'x'",
  "comment on type mood is 'x'",
  "create cast (mood as int) with inout",
  "alter type mood add value 'mad'",
  "alter text search configuration cfg drop mapping for word",
  "alter operator family fam using btree add operator 1 < (int, bigint)",
  "drop operator class opc using btree",
  "drop conversion conv",
  "create table t9 (id int default nextval('public.numbers'), p int references public.plans)",
  "create trigger t before insert on usr for each row execute function public.touch()",
  "create view v9 as select * from public.plans",
  "alter table usr drop constraint usr_plan_fkey",
  "alter table usr add column l public.level",
  "create index on usr using gin (name public.gin_trgm_ops)",
  "create policy p on usr using (exists (select from public.plans))",
  "alter table usr alter borrowed drop default",
  "drop table usr cascade",
];

describe.each(MAJORS)("what is around a tenant, on %s", (major) => {
  it("shows each change of what is not the tenant's, and none of what is", async () => {
    const { url, client, drop } = await createDatabase(major, SETUP);
    await client.end();
    const session = await testSession(url);
    const around = { own: ["acme"], ofShared: false, whole: ["public", "globex"], shared: ["public"] };
    const changes = async (sql: string) => {
      await session.script("begin");
      session.lookUpIn("acme", ["public"]);
      const before = await readSurroundings(session, around);
      session.lookUpIn("acme", ["public"]);
      await session.execute(sql);
      const changed = changedSurroundings(before, await readSurroundings(session, around));
      await session.script("rollback");
      return changed;
    };
    try {
      for (const sql of LEAVES) expect.soft((await changes(sql)).length, sql).toBeGreaterThan(0);
      for (const sql of KEEPS) expect.soft(await changes(sql), sql).toEqual([]);
    } finally {
      await session.close();
      await drop();
    }
  }, 900_000);
});
