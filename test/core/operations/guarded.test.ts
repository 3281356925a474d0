import { beforeAll, describe, expect, it } from "vitest";
import { CatalogIndex } from "../../../lib/core/catalog/lookup.js";
import { holdsIn } from "../../../lib/core/operations/guards/holds.js";
import { invert } from "../../../lib/core/rollback/inverse-candidate.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { compareStates, readState, type State } from "../../../lib/steps/proof/state.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SCHEMA = `create table t (id int primary key, age smallint, "Odd" text not null constraint odd check ("Odd" <> ''));
create index t_age on t (age); create view v as select id from t; create sequence s; create type mood as enum ('ok');
create function grow(n int) returns void language plpgsql as $$
begin alter table t add column grown int; update t set age = n; perform pg_sleep(0); end $$;
create procedure swap() language sql as $$ drop view v; create view v as select id, age from t $$;
create function anything(what text) returns void language plpgsql as $$ begin execute what; end $$; create schema other; create table other.t (b int references t (id)); insert into t values (1, 2, 'x');`;

/** Conditions as migrations write them. The server is asked the same. */
const DECIDED = [
  "exists (select 1 from information_schema.columns where table_name = 't' and column_name = 'age')",
  "not exists (select from information_schema.columns where table_schema = current_schema() and table_name = 't' and column_name = 'gone')",
  "exists (select from information_schema.columns where table_name = 't' and column_name = 'age' and data_type = 'smallint')",
  "exists (select from information_schema.columns where table_name = 't' and column_name = 'Odd' and is_nullable = 'YES')",
  "exists (select from information_schema.tables where table_schema = 'public' and table_name in ('t', 'u')) and true",
  "exists (select from information_schema.table_constraints where constraint_name = 'odd' and constraint_type = 'CHECK')",
  "not exists (select 1 from pg_constraint where conname = 'odd' and conrelid = 't'::regclass)",
  "exists (select 1 from pg_catalog.pg_constraint where contype = 'f' and conrelid = 'other.t'::regclass)",
  "exists (select 1 from pg_indexes where schemaname = 'public' and indexname = 't_age')",
  "exists (select 1 from pg_type where typname = 'mood') or exists (select 1 from pg_type where typname = 'none')",
  "exists (select 1 from pg_class where relname = 't' and relkind in ('v', 'm'))",
  "exists (select 1 from pg_attribute where attrelid = 'public.t'::regclass and attname = 'age' and not attisdropped)",
  "exists (select 1 from pg_namespace where nspname = 'other')",
  "to_regclass('public.t_age') is null",
  "to_regclass('v') is not null",
  "to_regtype('mood') is null",
  "to_regclass('other.gone') is not null",
  "exists (select 1 from pg_views where viewname = 'v')",
  "not (exists (select 1 from pg_sequences where sequencename = 's') and false)",
];

const UNDECIDED = [
  "exists (select 1 from t where age is null)",
  "(select count(*) from t) > 0",
  "current_user = 'postgres'",
  "exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 't')",
  "exists (select 1 from columns)",
  "exists (select 1 from pg_roles where rolname = 'x')",
];

const block = (body: string) => `do $$ begin ${body} end $$`;

/** Blocks whose effect the schema tells, and how many ways back that makes. */
const BLOCKS: readonly (readonly [string, number])[] = [
  [block(`if ${DECIDED[1]} then alter table t add column gone int; end if;`), 1],
  [block(`if ${DECIDED[0]} then alter table t alter age type int; else drop table t; end if;`), 1],
  [block(`if not ${DECIDED[0]} then alter table t add column age int; end if;`), 0],
  [block("create type mood as enum ('ok'); exception when duplicate_object then null;"), 0],
  [block("create type other.mood as enum ('ok'); exception when duplicate_object then null;"), 1],
  [block("alter table t add constraint odd check (id > 0); exception when duplicate_object then null;"), 0],
  [block("alter table t add constraint even check (id > 0); exception when duplicate_object then null;"), 1],
  ["select grow(3)", 2],
  ["call swap()", 1],
  [block("perform grow(4);"), 2],
  [block("create table n (id int); create index n_id on n (id); alter table t drop column age;"), 2],
];

describe.each(MAJORS)("blocks with guards on %s", (major: Major) => {
  const database = sharedDatabase(major, SCHEMA);
  let before: State;

  beforeAll(async () => {
    before = await readState(database.session, null);
  });

  it.each(DECIDED)("%s", async (condition) => {
    const { rows } = await database.client.query(`select (${condition}) as truth`);
    expect(holdsIn(condition, new CatalogIndex(before.catalog))).toBe(rows[0].truth);
  });

  it.each(UNDECIDED)("leaves open: %s", (condition) => {
    expect(holdsIn(condition, new CatalogIndex(before.catalog))).toBeNull();
  });

  it.each(BLOCKS)("%s is turned round", async (sql, count) => {
    const inverses = invert(testMigration(sql), before.catalog, null);
    expect(inverses.gaps).toEqual([]);
    if (count === 0) expect(inverses.statements).toEqual([]);
    else expect(inverses.statements.length).toBeGreaterThanOrEqual(count);
    await database.takenBack(async () => {
      await database.thereAndBack(sql, inverses);
      expect(compareStates(await readState(database.session, null), before).differences).toEqual([]);
    });
  });

  it.each([
    [block(`if ${UNDECIDED[0]} then drop view v; end if;`), "age is null"],
    [block("for i in 1..(select count(*) from t) loop drop view if exists v; end loop;"), "a loop"],
    [block("drop view v; exception when others then null;"), "goes on after an error"],
    ["select anything('drop view ' || current_user)", "it calls anything(), and this part of it is not understood"],
    ["select elsewhere(1)", "it calls elsewhere()"],
    [block("execute 'drop view ' || current_user;"), "put together at run time"],
  ])("says why there is no way back: %s", (sql, reason) => {
    expect(invert(testMigration(sql), before.catalog, null).gaps).toEqual([expect.stringContaining(reason)]);
  });
});
