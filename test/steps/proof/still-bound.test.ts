import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const SETUP = `
  create table kinds (id int primary key, name text); insert into kinds values (7, 'seven'), (8, 'eight');
  create table old (n int primary key, tag text not null default 'a'); insert into old values (1), (2), (3);
  create index old_tag on old (tag);
  create table loose (n int, tag text); insert into loose values (1, 'x'), (1, 'x'), (2, null);
  create table uses (kind int references kinds on update cascade); insert into uses values (7);
  create table touched (id int primary key, name text, at int not null default 0); insert into touched values (1, 'a'), (2, 'b');
  create function touch() returns trigger language plpgsql as 'begin new.at := old.at + 1; return new; end';
  create trigger touch before update on touched for each row execute function touch();
  create table parted (k int not null, v text) partition by range (k);
  create table parted_1 partition of parted for values from (0) to (10); insert into parted values (1, 'a'), (2, 'b');
  create table swapped (id serial primary key, v text unique); insert into swapped (v) values ('a'), ('b');
  create table wide (id int primary key, a text, b int); insert into wide values (1, '1', 1), (2, '2', 2);
  create domain few as int; create table priced (id int primary key, p few); insert into priced values (1, 5), (2, -7);
  create table counted (x int, i int generated always as identity);
  insert into counted (x) select 1 from generate_series(1, 5);`;

/** What the release itself puts on still stands when rows of before are restored. */
const RELEASES: Readonly<Record<string, string>> = {
  "a foreign key of a new table": `create table links (k int references kinds); insert into kinds values (1); insert into links values (1)`,
  "a foreign key of a new table, renamed and deferred": `create table links (k int references kinds deferrable initially deferred);
    alter table links rename to bonds; insert into kinds values (1); insert into bonds values (1)`,
  "a foreign key of a new table, added apart": `create table links (k int); insert into kinds values (1); insert into links values (1);
    alter table links add constraint to_kind foreign key (k) references kinds; alter table links rename constraint to_kind to of_kind;
    insert into kinds values (2); insert into links values (2)`,
  "a foreign key of a new column": `alter table old add column k int references kinds; insert into kinds values (1); update old set k = 1`,
  "a foreign key of a new column, added apart": `alter table old add column k int; insert into kinds values (1); update old set k = 1;
    alter table old add constraint to_kind foreign key (k) references kinds; update kinds set name = 'z' where id = 1; delete from kinds where id = 8`,
  "a foreign key of a new column to a key that moves": `alter table old add column k int references kinds on update cascade;
    update old set k = 7; update kinds set id = 70 where id = 7`,
  "NOT NULL of a new column": `alter table old add column o int; update old set tag = 'z', o = n; alter table old alter column o set not null`,
  "NOT NULL of a new column, where rows have no key": `alter table loose add column o int; update loose set tag = 'z', o = n;
    alter table loose alter column o set not null`,
  "NOT NULL of a new column under another name": `alter table old add column o int; alter table old rename column o to p;
    update old set tag = 'z', p = n; alter table old alter column p set not null`,
  "NOT NULL of a new column of a table under another name": `alter table old add column o int; alter table old rename to older;
    update older set tag = 'z', o = n; alter table older alter column o set not null; alter table older rename column o to p`,
  "NOT NULL of a new column of a partitioned table": `alter table parted add column o int; update parted set v = 'z', o = k;
    alter table parted alter column o set not null; delete from parted where k = 1`,
  "NOT NULL of a new column, and rows deleted": `alter table old add column o int; update old set o = n;
    alter table old alter column o set not null; delete from old where n = 1`,
  "the type of a new column": `alter table old add column o int; update old set tag = 'z', o = n;
    alter table old alter column o type text; alter table old alter column o set not null`,
  "the type of a new column, where rows have no key": `alter table loose add column o text; update loose set tag = 'z', o = n::text;
    alter table loose alter column o type bigint using o::bigint; delete from loose where n = 1`,
  "a domain that is not null": `create domain code as text not null; alter table old add column o code default 'q';
    update old set tag = 'z', o = 'r'; delete from old where n = 1`,
  "a check of a new column": `alter table old add column o int check (o > 0); update old set tag = 'z', o = 5;
    alter table old add constraint o_tag check (o is null or tag = 'z')`,
  "a check over a new column and another": `alter table old add column o int check (o is null or tag = 'z');
    update old set tag = 'z'; update old set o = 1`,
  "a check that went, over values of later": `alter table old add column o int constraint high check (o > 0); update old set tag = 'z', o = 5;
    alter table old drop constraint high; update old set tag = 'y', o = -1`,
  "a key of new columns": `alter table old add column id int; update old set id = n * 10; alter table old alter column id set not null;
    alter table old drop constraint old_pkey; alter table old add primary key (id); delete from old where n = 2`,
  "a key of a new column, and what points at it": `alter table old add column code text unique; update old set code = 'c' || n, tag = 'z';
    create table child (code text references old (code)); insert into child values ('c1'); delete from old where n = 3`,
  "a unique index over a new column": `alter table old add column o int default 0; update old set o = n; create unique index old_o on old (o);
    delete from old where n < 3`,
  "an exclusion over a new column": `alter table loose add column o int4range; update loose set tag = 'z' where n = 2;
    alter table loose add exclude using gist (o with &&); update loose set o = '[1,2)' where n = 2; delete from loose where n = 2`,
  "a new column under the name of another, and a trigger that writes": `alter table touched rename column name to short;
    alter table touched add column name text; update touched set name = upper(short); alter table touched alter column name set not null`,
  "a new column, filled under a trigger": `alter table touched add column o int; update touched set o = id;
    alter table touched alter column o set not null; update touched set o = o + 1`,
  "a table replaced under its name, with its index's name": `create table old_new (n int primary key, tag text, o int);
    insert into old_new select n, tag, 1 from old; drop table old; alter table old_new rename to old; create index old_tag on old (tag)`,
  "a table replaced under its name, with its key's name": `create table old_new (n int, tag text); insert into old_new select n, tag from old;
    alter table old_new add constraint old_new_pkey primary key (n); drop table old; alter table old_new rename to old;
    alter table old rename constraint old_new_pkey to old_pkey`,
  "a table replaced under its name, with its sequence's name": `create table swapped_new (id serial, v text);
    insert into swapped_new (v) select v from swapped; drop table swapped; alter table swapped_new rename to swapped;
    alter sequence swapped_new_id_seq rename to swapped_id_seq; alter table swapped add constraint swapped_v_key unique (v)`,
  "a table replaced from another schema": `create schema stage; create table stage.old (n int primary key, tag text);
    insert into stage.old select n, tag from old; create index old_tag on stage.old (n); drop table old; alter table stage.old set schema public`,
  "a check that the same statement adds before it changes the type": `alter table wide add constraint positive check (a > 0), alter column a type int using a::int`,
  "a default that the same statement sets before it changes the type": `alter table wide alter column a set default 5, alter column a type int using a::int`,
  "a key that the same statement adds before the column": `alter table wide add constraint c_key unique (c), add column c int, drop constraint wide_pkey`,
  "an identity that the same statement drops with NOT NULL": `alter table counted alter i drop identity, alter i drop not null`,
  "a CHECK of a domain, by a name that the server chooses": `update priced set p = 7 where p < 0; alter domain few add check (value > 0);
    update priced set p = 8 where p = 7; alter domain few add check (value <> 7)`,
  "a domain that the column gets": `update priced set p = 7 where p < 0; create domain most as int check (value > 0);
    alter table priced alter column p type most`,
  "all in one block": `do $$ begin alter table old add column k int references kinds; insert into kinds values (1);
    update old set k = 1, tag = 'z'; alter table old alter column k set not null; end $$`,
};

describe.each(MAJORS)("what a release put on, when its rows are taken back on %s", (major) => {
  it.each(Object.entries(RELEASES))("%s", async (_, sql) => {
    const proof = await proveOnClones(major, SETUP, [testMigration(sql)], { thorough: false });
    expect(proof.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(proof.rollbacks).toMatchObject([{ candidate: { source: "inverse" } }]);
    expect(proof.passed).toBe(true);
  });
});
