import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { examineOnClones } from "../../support/examine-queries.js";
import { MAJORS } from "../../support/majors.js";

beforeAll(loadParser);

/** SQL-standard bodies came with 14. */
const setup = (major: string) => `
  create type mood as enum ('happy', 'sad');
  create table users (id serial primary key, name text not null, age int, mail varchar(50), feels mood default 'happy', total int);
  create table posts (id serial primary key, author int references users, title text);
  create table notes (id int, body text);
  create table marks (id int primary key, mark text, kind text default 'c');
  insert into users (name, age, mail, feels) select 'n' || i, i % 80, 'm' || i || '@example.com', 'sad' from generate_series(1, 50) i;
  insert into posts (author, title) select i % 40 + 1, 't' || i from generate_series(1, 50) i;
  insert into notes select i, 'b' || i from generate_series(1, 50) i;
  insert into marks values (1, 'm');
  create unique index users_mail on users (mail);
  create view grown as select id, name from users where age > 18;
  create function f(a int) returns int language sql stable as 'select a';
  create function f(a text) returns int language sql stable as 'select 1';
  create function pick(a int) returns table (x int) language sql stable as 'select a';
  create function touched() returns trigger language plpgsql as 'begin new.total = new.age; return new; end';
  create trigger touched before insert or update on users for each row execute function touched();
  create domain short as text;
  create table tags (id int primary key, tag short);
  insert into tags select i, 'm' || i from generate_series(1, 20) i;
  create table gifts (id int primary key, name text check (name <> ''), place int default nextval('users_id_seq'));
  insert into gifts select i, 'g' || i from generate_series(1, 20) i;
  create function allowed(name text) returns boolean language sql immutable ${Number(major) < 14 ? "as 'select true'" : "return true"};
  alter table gifts add constraint allowed check (allowed(name));
  create table parts (id int, name text) partition by list (id);
  create table parts_1 partition of parts for values in (1, 2, 3);
  insert into parts values (3, 'p');
  create publication news;
  analyze;`;
const ADDS_GIFT = "insert into gifts (id, name) values ($1, $2)";
const ADD_Z = "alter table notes add z int";

describe.each(MAJORS)("siblings of what a release does to a query, on %s", (major) => {
  const verdicts = async (release: string, query: string) =>
    Object.values((await examineOnClones(major, setup(major), [release], [query])).changed).flat();

  it.each([
    ["drop function f(text)", "select f($1::text)", "function f(text) does not exist"],
    [
      "alter table users drop column total; alter table users add total int generated always as (age * 2) stored; drop trigger touched on users",
      "insert into users (name, total) values ($1, $2)",
      'into column "total"',
    ],
    [
      "alter table users alter id drop default; alter table users alter id add generated always as identity",
      "insert into users (id, name) values ($1, $2)",
      'into column "id"',
    ],
    [
      "drop index users_mail",
      "insert into users (name, mail) values ($1, $2) on conflict (mail) do nothing",
      "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    ],
    [
      "drop index users_mail; create unique index users_mail on users (mail) where age > 3",
      "insert into users (name, mail) values ($1, $2) on conflict (mail) do update set name = excluded.name",
      "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    ],
    [
      "create or replace view grown as select distinct id, name from users where age > 18",
      "select id from grown where id = $1 for update",
      "FOR UPDATE is not allowed with DISTINCT clause",
    ],
    [
      "create or replace view grown as select distinct id, name from users where age > 18",
      "update grown set name = $1 where id = $2",
      'cannot update view "grown"',
    ],
    [
      "alter table users drop constraint users_pkey cascade",
      "select id, name, count(*) from users group by id",
      'column "users.name" must appear in the GROUP BY clause',
    ],
    [
      "alter table users alter feels drop default, alter feels type text; drop type mood",
      "select id from users where feels = $1::mood",
      'type "mood" does not exist',
    ],
    ["alter table notes drop column body", "insert into notes values ($1, $2)", "INSERT has more expressions than"],
    [ADD_Z, "select * from notes union all select id, title from posts", "each UNION query must have the same number"],
    ["alter table posts add body text", "select body from posts join notes on notes.id = posts.id", "is ambiguous"],
    ["create schema s; alter table notes set schema s", "select id from notes", 'relation "notes" does not exist'],
    ["alter table notes alter id type text", "select body from notes where id = $1::int", "operator does not exist"],
    [
      "alter table gifts replica identity nothing; alter publication news add table gifts",
      "update gifts set name = $1 where id = $2",
      "does not have a replica identity",
    ],
  ])("breaks: %s: %s", async (release, query, detail) => {
    const { changed, judged } = await examineOnClones(major, setup(major), [release], [query]);
    expect(changed[query]).toHaveLength(1);
    expect(changed[query]?.[0]).toMatch(/^breaks: /);
    expect(changed[query]?.[0]).toContain(detail);
    // The statement that did it, also where only planning fails.
    expect(judged.get(query)?.cause?.sql).toBeTruthy();
  });

  it.each([
    [
      "drop function f(int); create function f(a int) returns bigint language sql stable as 'select 1::bigint'",
      "select f($1::int)",
      "column f is bigint in place of integer",
    ],
    [
      "drop function pick(int); create function pick(a int) returns table (x int, y int) language sql stable as 'select a, a'",
      "select * from pick($1)",
      "column y (integer) is returned as well",
    ],
    [ADD_Z, "insert into notes (id) values ($1) returning *", "column z (integer) is returned as well"],
    [
      "alter table users alter feels drop default, alter feels type text; drop type mood",
      "select feels from users",
      "column feels is text in place of public.mood",
    ],
    [
      'alter table notes alter body type text collate "C"',
      "select body from notes where id = $1",
      "a column has another collation",
    ],
    [
      'alter table notes alter body type text collate "C"',
      "select lower(body) as n from notes",
      "a column has another collation",
    ],
    [
      "alter table users alter total type numeric(10,2)",
      "select total from users",
      "column total is numeric(10,2) in place of integer",
    ],
  ])("retyped: %s: %s", async (release, query, detail) => {
    expect(await verdicts(release, query)).toEqual([`retyped: ${detail}`]);
  });

  it.each([
    [
      ADD_Z,
      "select n from notes n",
      "column n is public.notes (id integer, body text, z integer) in place of public.notes (id integer, body text)",
    ],
    [
      ADD_Z,
      "select array_agg(n) as all from notes n",
      "column all is public.notes[] (id integer, body text, z integer) in place of public.notes[] (id integer, body text)",
    ],
    [
      "alter table notes alter id type text",
      "select body from notes where id = $1",
      "parameter $1 is text in place of integer",
    ],
    [
      "alter table marks alter kind drop default, alter kind type int[] using '{}'",
      "select mark from marks where kind = $1",
      "parameter $1 is integer[] in place of text",
    ],
  ])("other values: %s: %s", async (release, query, detail) => {
    expect(await verdicts(release, query)).toEqual([`other-values: ${detail}`]);
  });

  it.each([
    ["alter table users drop column total", "insert into users (name, age) values ($1, $2)", "42703"],
    ["alter table users drop column total", "insert into users (name) values ($1)", "42703"],
    [
      "create or replace function touched() returns trigger language plpgsql as 'begin new.total = new.ages; return new; end'",
      "update users set age = $1 where id = $2",
      "42703",
    ],
    [
      "create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end'; create trigger no before insert on notes for each row execute function no()",
      "insert into notes (id, body) values ($1, $2)",
      "no [P0001]",
    ],
    [
      "alter domain short add constraint s check (length(value) > 5) not valid",
      "insert into tags (id, tag) values ($1, $2)",
      "23514",
    ],
    ["alter table marks add constraint k unique (kind)", "insert into marks (id, mark) values ($1, $2)", "23505"],
    [
      "alter table marks add owner int not null default 99; alter table marks add foreign key (owner) references users not valid",
      "insert into marks (id, mark) values ($1, $2)",
      "23503",
    ],
    [
      "update users set age = id; alter table users add unique (age)",
      "update users set age = $1 where feels = $2",
      "23505",
    ],
    [
      "create table kids (u int references users); insert into kids select id from users",
      "delete from users where id = $1",
      "23503",
    ],
    [
      "drop view grown; create view grown as select id, name from users where age > 18 with check option",
      "insert into grown (name) values ($1)",
      "44000",
    ],
    [
      "create domain must as text not null; alter table notes alter body type must",
      "insert into notes (id) values ($1)",
      "23502",
    ],
    [
      "alter table marks add check (kind <> 'c') not valid",
      "merge into marks m using notes n on n.id = m.id and m.id < 0 when not matched and n.id > 1 then insert (id, mark) values (n.id, n.body)",
      "23514",
    ],
    ["alter sequence users_id_seq maxvalue 70", ADDS_GIFT, "2200H"],
    ["alter table parts detach partition parts_1", "insert into parts (id, name) values ($1, $2)", "23514"],
    [
      "delete from parts; alter table parts detach partition parts_1; alter table parts attach partition parts_1 for values in (2)",
      "insert into parts (id, name) values ($1, $2)",
      "23514",
    ],
    [
      "create or replace function allowed(name text) returns boolean language plpgsql immutable as 'begin return false; end'",
      ADDS_GIFT,
      "23514",
    ],
    [
      "create or replace function allowed(name text) returns boolean language sql immutable return name = ''",
      ADDS_GIFT,
      "23514",
    ],
  ])("refused rows: %s: %s", async (release, query, detail) => {
    // MERGE came with 15, SQL-standard bodies with 14.
    if (query.startsWith("merge") && Number(major) < 15) return;
    if (release.includes("language sql immutable return") && Number(major) < 14) return;
    const found = await verdicts(release, query);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^refused-rows: /);
    expect(found[0]).toContain(detail);
  });

  it.each([
    ["alter table marks add constraint k unique (mark)", "insert into marks (id, mark) values ($1, $2)"],
    ["alter table marks add constraint k unique (id, kind)", "insert into marks (id, mark) values ($1, $2)"],
    [
      "alter table marks add constraint k unique (mark)",
      "insert into marks (id, mark) select id, body from notes where id > $1",
    ],
    ["alter table users add constraint k unique (name)", "update users set name = $1 where id = $2"],
    ["create table kids (u int references users)", "delete from users where id = $1"],
    [
      "create or replace function touched() returns trigger language plpgsql as 'begin new.total = 3; return new; end'",
      "insert into users (name) values ($1)",
    ],
    ["alter table notes alter id type bigint", "select body from notes where id = $1"],
    ["alter table users alter mail type text", "select id from users where mail = $1"],
    [
      "create domain must as text not null; alter table notes alter body type must",
      "update notes set body = $1 where id = $2",
    ],
  ])("is silent: %s: %s", async (release, query) => {
    expect(await verdicts(release, query)).toEqual([]);
  });

  it("knows that a type is gone which the client declares", async () => {
    const query = "select id from users where feels = $1";
    const release = "alter table users alter feels drop default, alter feels type text; drop type mood";
    const { changed, judged } = await examineOnClones(major, setup(major), [release], [query], {
      parameters: ["mood"],
    });
    expect(changed).toEqual({ [query]: ["breaks: type mood, which the client declares, does not exist [42704]"] });
    expect(judged.get(query)?.cause?.statement).toBe(0);
  });
});
