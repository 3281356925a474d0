import { expect, it } from "vitest";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { probed } from "./probing.js";

const SETUP = `create table t (id int primary key, a int, b int); insert into t values (1, 1, 1);
create table u (id int primary key, t_id int); insert into u values (1, 1);
create domain pos as int check (value > -1); create table d (id int primary key, p pos); insert into d values (1, 0);`;

const WRITES = "begin update t set b = null; return 1; end";
const made = (head: string, body = WRITES) => `create function ${head} language plpgsql as $$ ${body} $$;`;
const MK = made("mk() returns int");
const TRIGGER = made("tr() returns trigger", "begin update t set b = null; return new; end");
const NOT_NULL = "alter table t alter b set not null";

/** Releases whose own code takes away what a later statement needs; the last statement fails. */
const WRITTEN: Readonly<Record<string, string>> = {
  "a function": `${MK} select mk(); ${NOT_NULL}`,
  "a function in SQL": `create function mk() returns void language sql as 'update t set b = null'; select mk(); ${NOT_NULL}`,
  "a text that a function executes": `${made("mk() returns void", "begin execute 'update t set b = null'; end")} select mk(); ${NOT_NULL}`,
  "a function that calls one that is made later": `${made("outer_() returns int", "begin return mk(); end")} ${MK} select outer_(); ${NOT_NULL}`,
  "a DO block": `${MK} do $$ begin perform mk(); end $$; ${NOT_NULL}`,
  "a handler of a DO block": `${MK} do $$ begin perform 1 / 0; exception when division_by_zero then perform mk(); end $$; ${NOT_NULL}`,
  "an update of another table": `${MK} update u set t_id = mk(); ${NOT_NULL}`,
  "a default": `${MK} alter table u add c int default mk(); ${NOT_NULL}`,
  "CREATE TABLE AS": `${MK} create table z as select mk(); ${NOT_NULL}`,
  "a CHECK": `${MK} alter table u add check (mk() = 1); ${NOT_NULL}`,
  "a conversion": `${MK} alter table u alter t_id type bigint using mk(); ${NOT_NULL}`,
  "a view": `${MK} create view w as select mk(); select * from w; ${NOT_NULL}`,
  "a materialized view": `${MK} create materialized view w as select mk(); ${NOT_NULL}`,
  "an operator": `${made("mk2(int, int) returns int")} create operator === (leftarg = int, rightarg = int, function = mk2); select 1 === 2; ${NOT_NULL}`,
  "a trigger": `${TRIGGER} create trigger x before insert on u for each row execute function tr(); insert into u values (2, 1); ${NOT_NULL}`,
  "a trigger on its own table": `${made("tr() returns trigger", "begin new.b := null; return new; end")} create trigger x before update on t for each row execute function tr(); update t set a = 2; ${NOT_NULL}`,
  "a rule": `create rule r as on insert to u do also update t set b = null; insert into u values (2, 1); ${NOT_NULL}`,
  "a foreign key":
    "alter table u add foreign key (t_id) references t on delete set null; delete from t where a = 1; alter table u alter t_id set not null",
  "a foreign key of a new column":
    "alter table u add x int default 1 references t on delete set null; delete from t where a = 1; alter table u alter x set not null",
  "a constraint of a domain":
    "alter domain pos add constraint more check (value > 0) not valid; alter domain pos validate constraint more",
};

/** The same with code that only computes, or that nothing sets off. */
const KNOWN: Readonly<Record<string, string>> = {
  "a function that computes": `create function low(x text) returns text language sql as 'select lower(x)'; update u set t_id = length(low('x')); ${NOT_NULL}`,
  "a body that computes": `${made("low(x text) returns text", "declare y text; begin y := lower(x); if y is null then return ''; end if; return y; end")} update u set t_id = length(low('x')); ${NOT_NULL}`,
  "functions that call each other": `create function one() returns int language sql as 'select 1'; create function two() returns int language sql as 'select one()'; select two(); ${NOT_NULL}`,
  "a function that nobody calls": `${MK} ${NOT_NULL}`,
  "a trigger that writes its own row": `${made("tr() returns trigger", "begin new.t_id := 1; return new; end")} create trigger x before insert on u for each row execute function tr(); insert into u values (2, 1); ${NOT_NULL}`,
  "a trigger that nothing sets off": `${TRIGGER} create trigger x before insert on u for each row execute function tr(); ${NOT_NULL}`,
};

it("what code of the release's own writes before a statement makes the statement's rows unknown", async () => {
  const { url } = await temporaryDatabase("18", SETUP);
  const catalog = await readCatalog(await testSession(url, "read"), null);
  const last = (sql: string) => deriveProbes(testScript(sql, "release.sql").statements, catalog).at(-1)?.uncertainty;
  const told = Object.entries(WRITTEN).map(([what, sql]) => [what, typeof last(sql)]);
  expect(told).toEqual(Object.keys(WRITTEN).map((what) => [what, "string"]));
  expect(Object.entries(KNOWN).map(([what, sql]) => [what, last(sql)])).toEqual(
    Object.keys(KNOWN).map((what) => [what, null]),
  );
}, 60_000);

it.each(["a handler of a DO block", "a rule", "a foreign key", "a constraint of a domain"])(
  "%s: the release fails, and no probe said that it would pass",
  async (what) => {
    const tenant = await probed("18", SETUP, WRITTEN[what] ?? "");
    expect((await tenant.ask()).at(-1)).toMatchObject({ status: "unknown" });
    expect(await tenant.release()).toMatch(/contains null values|contains values that violate/);
  },
  60_000,
);
