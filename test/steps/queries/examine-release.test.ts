import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { examineOnClones } from "../../support/examine-queries.js";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";

beforeAll(loadParser);

const USERS = `
  create table users (id serial primary key, name text not null, age int, mail varchar(50));
  create table posts (id serial primary key, author int references users, title text);
  insert into users (name, age, mail) select 'n' || i, i % 80, 'm' || i || '@example.com' from generate_series(1, 50) i;
  insert into posts (author, title) select i, 't' from generate_series(1, 50) i;
  create view people as select id, name from users;
  create table drafts (title text);
  create function author() returns trigger language plpgsql as $$ begin insert into users (name) values (new.title); return new; end $$;
  create trigger author before insert on drafts for each row execute function author();
  analyze;`;

describe.each(MAJORS)("queries over a release, on %s", (major) => {
  const over = (release: readonly string[], queries: readonly string[], more: { readonly refused?: true } = {}) =>
    examineOnClones(major, USERS, release, queries, more);

  it("names what breaks, and the statement that did it", async () => {
    const { judged, changed } = await over(
      ["alter table users add x int; alter table users drop column age", "alter table posts rename title to headline"],
      [
        "select age from users where id = $1",
        "select title from posts",
        "select name from users",
        "select * from nowhere",
      ],
    );
    expect(changed).toEqual({
      "select age from users where id = $1": ['breaks: column "age" does not exist [42703]'],
      "select title from posts": ['breaks: column "title" does not exist [42703]'],
    });
    expect(judged.get("select age from users where id = $1")?.cause).toMatchObject({
      migration: "1",
      statement: 1,
      sql: "alter table users drop column age",
    });
    expect(judged.get("select title from posts")?.cause).toMatchObject({ migration: "2", statement: 0 });
  });

  it("tells what fails on both sides from what needs the release", async () => {
    const { examined, changed } = await over(
      ["alter table users add nick text"],
      ["select nick from users", "select ghost from users", "insert into users (name, nick) values ($1, $2)"],
    );
    expect(
      Object.values(changed)
        .flat()
        .map((text) => text.split(":")[0]),
    ).toEqual(["needs-release", "needs-release"]);
    expect(examined.unexamined).toMatchObject([
      { reason: "fails-on-both-sides", query: { text: "select ghost from users" } },
    ]);
  });

  it.each([
    ["alter table users add nick text", "select * from users", "column nick (text) is returned as well"],
    [
      "alter table users drop column mail",
      "select * from users where id = $1",
      "column mail (character varying(50)) is no longer returned",
    ],
    ["alter table users alter age type bigint", "select age from users", "column age is bigint in place of integer"],
    [
      "alter table users alter mail type varchar(80)",
      "select mail from users",
      "column mail is character varying(80) in place of character varying(50)",
    ],
    [
      "alter table users alter age type bigint",
      "insert into users (name) values ($1) returning age",
      "column age is bigint in place of integer",
    ],
    [
      "alter table users rename age to years",
      "select * from users",
      "column 3 is years (integer) in place of age (integer)",
    ],
  ])("sees another result: %s", async (release, query, detail) => {
    expect((await over([release], [query])).changed).toEqual({ [query]: [`retyped: ${detail}`] });
  });

  it.each([
    [
      "alter table users add nick text not null default 'x'; alter table users alter nick drop default",
      "insert into users (name) values ($1)",
      /null value in column "nick".*23502/,
    ],
    [
      "alter table users alter age set not null",
      "insert into users (name, mail) values ($1, $2)",
      /null value in column "age".*23502/,
    ],
    [
      "alter table users alter age set not null",
      "update users set age = null where id = $1",
      /null value in column "age".*23502/,
    ],
    [
      "alter table users add constraint young check (age < 5) not valid",
      "insert into users (name, age) values ($1, $2)",
      /violates check constraint "young".*23514/,
    ],
    ["alter table users alter age set not null", "INSERT INTO PUBLIC.Users (name) VALUES ($1)", /"age".*23502/],
    ["alter table users alter age set not null", 'insert into "people" (name) values ($1)', /"age".*23502/],
    [
      "alter table users alter age set not null",
      "with made as (insert into users (name) values ($1) returning id) select id from made",
      /"age".*23502/,
    ],
    ["alter table users alter age set not null", "insert into drafts (title) values ($1)", /"age".*23502/],
    [
      "alter table posts add constraint long check (length(title) > 3) not valid",
      "update posts set title = $1 where id = $2",
      /violates check constraint "long".*23514/,
    ],
  ])("sees rows that would be refused: %s", async (release, query, detail) => {
    const { changed } = await over([release], [query]);
    expect(changed[query]).toHaveLength(1);
    expect(changed[query]?.[0]).toMatch(new RegExp(`^refused-rows: .*${detail.source}`));
  });

  it.each([
    ["alter table users add nick text not null default 'x'", "insert into users (name) values ($1)"],
    ["alter table users add constraint one unique (mail)", "insert into users (name, mail) values ($1, $2)"],
    ["alter table users add constraint old check (age >= 0)", "insert into users (name, age) values ($1, $2)"],
    ["alter table users alter age set not null", "insert into users (name, age) values ($1, $2)"],
    [
      "alter table users alter age set not null; create function f() returns trigger language plpgsql as 'begin new.age = 1; return new; end'; create trigger f before insert on users for each row execute function f()",
      "insert into users (name) values ($1)",
    ],
    ["alter table users alter mail type text", "update users set mail = $1 where id = $2"],
    ["create table other (id int)", "delete from posts where id = $1"],
    ["create index on users (age)", "select name from users where age = $1"],
  ])("is silent where nothing is refused: %s", async (release, query) => {
    expect((await over([release], [query])).changed).toEqual({});
  });

  it("makes a second clone only where there is a doubt", async () => {
    const writes = "update users set age = $1 where id = $2";
    const added = await over(["alter table users add note text"], [writes, "select name from users"]);
    expect([added.changed, added.clones]).toEqual([{}, 1]);
    const refused = await over(["alter table users add check (age < 0) not valid"], [writes]);
    expect([Object.keys(refused.changed), refused.clones]).toEqual([[writes], 2]);
  });

  it.each([
    // The last pages are empty.
    [
      "create table t (id int primary key, a int); insert into t select i, i from generate_series(1, 9000) i; delete from t where id > 9",
      "alter table t add check (a > 100) not valid",
    ],
    // The newest partition has no rows, and the columns are in another order.
    [
      `create table t (id int, a int) partition by list (id); create table t_1 (a int, id int);
        alter table t attach partition t_1 for values in (1, 2); create table t_3 partition of t for values in (3); insert into t values (1, 7), (2, 8)`,
      "alter table t add check (a > 100) not valid",
    ],
    // Not readable as it is, and only checked for what its columns are.
    [
      "create table base (id int, a int); create view t as select id, a from base where a > current_setting('app.tenant')::int",
      "alter table base add must int not null",
    ],
  ])("finds rows to try: %s", async (setup, release) => {
    const query = setup.includes("create view")
      ? "insert into t (id, a) values ($1, $2)"
      : "update t set a = $1 where id = $2";
    const { changed } = await examineOnClones(major, setup, [release], [query]);
    expect(changed[query]?.[0]).toMatch(/^refused-rows: /);
  });

  it("does not hold a row against a query which the release deletes with what it refers to", async () => {
    const setup = `create table states (name text primary key); insert into states values ('new'), ('open');
      create table jobs (id int primary key, state text not null references states); insert into jobs select i, 'open' from generate_series(1, 9) i`;
    const query = "insert into jobs (id, state) values ($1, $2)";
    const given = (release: string) =>
      examineOnClones(major, setup, [`${release}; alter table jobs add note text`], [query]);
    expect((await given("delete from jobs; delete from states where name = 'open'")).changed).toEqual({});
    const { changed } = await given("update jobs set state = 'new'; delete from states where name = 'open'");
    expect(changed[query]?.[0]).toMatch(/^refused-rows: .*"jobs_state_fkey" \[23503\]$/);
  });

  it("asks as the role that runs the query, with its search_path and its rights", async () => {
    const role = `app_${major}_${process.pid}`;
    await onServer(major, `create role ${role}`);
    // The database, which holds grants of it, is gone by then.
    onTestFinished(async () => void (await onServer(major, `drop role ${role}`)));
    const setup = `${USERS} create schema app; create table app.things (a int); grant usage on schema app to ${role};
        grant select on app.things, users to ${role}; alter role ${role} set search_path = app, public;`;
    const { changed } = await examineOnClones(
      major,
      setup,
      ["drop table app.things; create table app.things (a int)"],
      ["select a from things", "select name from users"],
      { role },
    );
    expect(changed).toEqual({ "select a from things": ["breaks: permission denied for table things [42501]"] });
    const { examined } = await examineOnClones(major, USERS, [], ["select 1"], { role: "nobody_is_called_so" });
    expect(examined.unexamined).toMatchObject([{ reason: "no-role" }]);
  });

  it("looks names up in the tenant's schema", async () => {
    const setup = "create schema t1; create table t1.a (x int); create table public.a (y int);";
    const { changed } = await examineOnClones(major, setup, ["alter table a drop column x"], ["select x from a"], {
      schema: "t1",
    });
    expect(changed).toEqual({ "select x from a": ['breaks: column "x" does not exist [42703]'] });
  });

  it("executes nothing of a release that is refused, and says why", async () => {
    const { examined } = await over(["create database x"], ["select 1"], { refused: true });
    expect(examined.refused).toMatch(/CREATE DATABASE/i);
    const { examined: failing } = await over(["alter table ghost add x int"], ["select 1"], { refused: true });
    expect(failing.refused).toMatch(/^the release does not run: relation "ghost" does not exist/);
  });
});
