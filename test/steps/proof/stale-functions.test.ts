import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

/** Functions whose bodies were valid when they were made: what they name went afterwards. */
const STALE = `
  create table stock (id int primary key, total numeric, gone int); create table away (a int);
  create function twice(x stock) returns numeric language sql stable as 'select x.gone * 2.0';
  create function counted() returns bigint language sql as 'select count(gone) from stock';
  create function typed() returns int language plpgsql as $$ declare r stock.gone%type; begin return 1; end $$;
  create procedure emptied() language sql as 'update stock set gone = 1';
  create function other() returns int language sql as 'select a from away';
  create function called() returns bigint language sql as 'select other() + counted()';
  create function trigger_body() returns trigger language plpgsql as 'declare r away%rowtype; begin return new; end';
  create trigger t before delete on stock for each row execute function trigger_body();
  create view v as select id, counted() c from stock;
  create function over(a int) returns bigint language sql as 'select count(gone) + a from stock';
  create function over(a text) returns bigint language sql as 'select count(gone) from stock where a = ''x''';
  insert into stock values (1, 2, 3); alter table stock drop column gone; drop table away;`;

const RELEASES: readonly string[] = [
  "drop function counted() cascade",
  "drop procedure emptied()",
  "drop function twice(stock)",
  "create or replace function typed() returns int language plpgsql as $$ begin return 2; end $$",
  "create or replace function other() returns int language sql as 'select 2'",
  "drop table stock cascade",
  "drop function trigger_body() cascade",
  "drop function called(), other()",
  "drop function over(int); drop function over(text)",
  "create or replace procedure emptied() language sql as 'update stock set total = 1'; update stock set total = 5",
  "do $$ begin drop function typed(); end $$",
];

describe.each(MAJORS)("functions whose bodies no longer validate come back, on %s", (major) => {
  it.each(RELEASES)("%s", async (sql) => {
    const proof = await proveOnClones(major, STALE, [testMigration(sql)], { thorough: false });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact" }]);
  });

  it("but an author's way back runs as any session would", async () => {
    const down = "create function counted() returns bigint language sql as 'select count(gone) from stock'";
    const proof = await proveOnClones(major, STALE, [testMigration("drop function counted() cascade", down)]);
    expect(proof.rollbacks[0]?.trials[0]).toMatchObject({ source: "author", verdict: "error" });
  });
});

describe.each(MAJORS)("default privileges come back, on %s", (major) => {
  const setup = `alter default privileges in schema public grant select on tables to public;
    alter default privileges in schema public grant execute on functions to public;
    alter default privileges revoke usage on types from public; create schema s`;

  it.each([
    "alter default privileges in schema s grant execute on functions to public",
    "alter default privileges in schema public revoke execute on functions from public",
    "alter default privileges in schema s grant usage on types to public",
    "alter default privileges revoke execute on functions from public",
    "alter default privileges grant usage on types to public",
    "alter default privileges in schema public grant insert, update on tables to public",
    "alter default privileges in schema public revoke select on tables from public",
    "alter default privileges grant select on sequences to public; alter default privileges grant create on schemas to public",
    "alter default privileges in schema s grant all on types to current_user with grant option",
    "alter default privileges for role pg_monitor in schema s grant execute on routines to public",
    "alter default privileges for role pg_monitor revoke execute on functions from public",
  ])("%s", async (sql) => {
    const proof = await proveOnClones(major, setup, [testMigration(sql)], { thorough: false });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact" }]);
  });
});
