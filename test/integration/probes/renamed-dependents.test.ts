import { expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const BASE =
  "create table t (id serial primary key, a int); create table k (id serial primary key, t_id int references t); create view v as select a from t; create sequence free; create table f (id int default nextval('free')); create function g(x t) returns int language sql as 'select 1'; create type mood as enum ('a'); create table e (m mood default 'a'); create table w (id int primary key, d int generated always as identity); create index w_d on w (d);";
/** Names go on changing before the drop; the last ones are refused. */
const RELEASES = [
  "alter table t rename to t_old; create table t (id int primary key default nextval('t_id_seq'), a int); alter sequence t_id_seq owned by t.id; drop view v; alter table k drop constraint k_t_id_fkey; drop function g; drop table t_old;",
  "alter table k rename to k_old; create table k (id int primary key default nextval('k_id_seq')); alter sequence k_id_seq owned by k.id; drop table k_old;",
  "create table k2 (id int default nextval('k_id_seq')); alter sequence k_id_seq owned by k2.id; drop table k; alter table k2 rename to k;",
  "alter sequence k_id_seq owned by none; drop table k; create table k (id int default nextval('k_id_seq'));",
  "alter sequence k_id_seq owned by none; drop table k; create table k (id int default nextval('k_id_seq')); drop table k; drop sequence k_id_seq;",
  "drop table k; create table k (id serial primary key); ",
  "alter table k alter id drop default; drop sequence k_id_seq; create sequence k_id_seq; alter table k alter id set default nextval('k_id_seq');",
  "drop table k; create sequence k_id_seq; create table k (id int default nextval('k_id_seq')); alter table k alter id drop default; drop sequence k_id_seq;",
  "drop table f; drop sequence free;",
  "alter table f alter id drop default; drop sequence free;",
  "alter table f alter id set default 1; drop sequence free;",
  "alter table f drop column id; drop sequence free;",
  "alter table f alter id type bigint; alter table f alter id drop default; create sequence free2; drop sequence free; alter sequence free2 rename to free;",
  "alter sequence free owned by f.id; drop table f; create sequence free;",
  "alter table e alter m drop default; alter table e alter m type text; drop type mood;",
  "alter table e alter m drop default, alter m type text using m::text; drop type mood; create type mood as enum ('a','b'); alter table e alter m type mood using m::mood; alter table e alter m set default 'a';",
  "alter type mood rename to mood_old; create type mood as enum ('a', 'b'); alter table e alter m drop default; alter table e alter m type mood using m::text::mood; alter table e alter m set default 'a'; drop type mood_old;",
  "alter table w alter d drop identity; drop index w_d; alter table w drop column d;",
  "create or replace view v as select a from t; drop view v; alter table t drop column a;",
  "alter view v rename to v2; create view v as select 1 as a; drop view v2; alter table t drop column a;",
  "alter table k drop constraint k_t_id_fkey; alter table k add constraint k_t_id_fkey foreign key (t_id) references t; alter table k drop constraint k_t_id_fkey; drop view v; drop function g; drop table t;",
  "alter table k drop column t_id; drop view v; drop function g(t); drop table t; create table t (id serial primary key);",
  "alter view v rename to v2; alter table t drop column a;",
  "alter table f alter id type bigint; drop sequence free;",
  "update t set a = 1; alter table t drop column a;",
];

it.each(RELEASES)("finds what needs a dropped object where the server does, and nowhere else: %s", async (release) => {
  await loadParser();
  const { url, client } = await temporaryDatabase("18", BASE);
  const session = await testSession(url, "read");
  const catalog = await readCatalog(session, null);
  await session.close();
  const found: string[] = [];
  for (const query of deriveProbes(parseSql(release, "release.sql").statements, catalog)) {
    if (query.code !== "probe.dependents" || query.sample === null) continue;
    const { rows } = await client.query<{ key: string }>(bindSchemas(query.sample, null));
    found.push(...rows.map(({ key }) => key));
  }
  const refused = await client.query(release).then(
    () => false,
    () => true,
  );
  expect({ refused, found }).toEqual({ refused, found: refused ? [expect.any(String)] : [] });
});
