import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `create table log (id text primary key, n int); insert into log values ('q', 1);
  create table old (id int primary key, n int); insert into old values (1, 1), (2, 2);`;

/** What is older than a function, type or sequence of the same migration, and uses it: none of them can go in the order in which they came. */
const RELEASES: Readonly<Record<string, string>> = {
  "a table, its trigger's function, its trigger, and a row": `create table t (id int primary key, n int);
    create function f() returns trigger language plpgsql as 'begin insert into log values (new.id::text, new.n); return new; end';
    create trigger tg after insert on t for each row execute function f(); insert into t values (1, 1)`,
  "a trigger that keeps the row from its own table": `create table t (id int primary key, n int);
    create function f() returns trigger language plpgsql as 'begin insert into log values (new.id::text, new.n); return null; end';
    create trigger tg before insert on t for each row execute function f(); insert into t values (1, 1)`,
  "a trigger of a view": `create table t (id int primary key); create view v as select * from t;
    create function f() returns trigger language plpgsql as 'begin insert into log values (new.id::text, 2); return new; end';
    create trigger tg instead of insert on v for each row execute function f(); insert into v values (5)`,
  "a trigger under another name": `create table t (id int primary key); create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger tg before insert on t for each row execute function f(); alter trigger tg on t rename to tg2; alter table t rename to t2; insert into t2 values (1)`,
  "a trigger that went again": `create table t (id int primary key); create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger tg before insert on t for each row execute function f(); insert into t values (1); drop trigger tg on t`,
  "a policy": `create table t (id int primary key, n int); create function f(int) returns boolean language sql as 'select true';
    create policy p on t using (f(n)); alter table t enable row level security; insert into t values (1, 1)`,
  "a default, and its sequence": `create table t (id int, n int); create sequence numbers; alter table t alter id set default nextval('numbers');
    alter sequence numbers owned by t.id; insert into t (n) values (1)`,
  "a default of a column with another name by then": `create table t (id int, n int); create function f() returns int language sql as 'select 1';
    alter table t alter n set default f(); alter table t rename column n to m; insert into t (id) values (1)`,
  "a check, an index and a rule": `create table t (id int, n int); create function f(int) returns boolean language sql immutable as 'select true';
    alter table t add constraint c check (f(n)); create index on t ((f(n))); create rule r as on delete to t where f(old.n) do instead nothing`,
  "a column's type": `create table t (id int, n text); insert into t values (1, 'a'); create type kind as enum ('a'); alter table t add column k kind;
    alter table t alter n type kind using n::kind; update t set k = 'a'; alter table t rename column k to l`,
  "a generated column": `create table t (id int, n int); create function f(int) returns int language sql immutable as 'select $1 + 1';
    alter table t add column g int generated always as (f(n)) stored; insert into t values (1, 1)`,
  "a new column of an older table": `alter table old add column o int; create function f() returns int language sql as 'select 7';
    alter table old alter o set default f(); update old set o = n; insert into old (id) values (3)`,
  "several, and rows of older tables": `create table a (id serial primary key, n int); create table b (a int references a, at int);
    create function f() returns trigger language plpgsql as 'begin new.at := 1; return new; end';
    create trigger tb before insert or update on b for each row execute function f();
    create function g() returns trigger language plpgsql as 'begin insert into b values (new.id); update old set n = n + 1; return new; end';
    create trigger ta after insert on a for each row execute function g(); insert into a (n) select n from old; delete from log`,
};

describe.each(MAJORS)("what a migration made in an order that cannot be turned round, on %s", (major) => {
  it.each(Object.entries(RELEASES))("%s", async (_, sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)]);
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ verdict: "exact", candidate: { source: "inverse" } }]);
    expect(proof).toMatchObject({ passed: true, upAgain: true });
  });
});
