import { expect, it } from "vitest";
import { compareCatalogs } from "../../../lib/core/catalog/compare.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { withSession } from "./with-session.js";

/** Each place in which the server may print the name of a schema; `S` is the schema. */
const SHAPE = `
create type S.mood as enum ('sad', 'glad');
create type S.pair as (a S.mood, b S.mood[]);
create sequence S.counter;
create function S.pick(a S.mood) returns S.mood language sql as 'select $1::S.mood';
create domain S.happy as S.mood default 'glad'::S.mood check (value <> 'sad'::S.mood and S.pick(value) is not null);
create function S.compare(a S.mood, b S.mood) returns boolean language sql immutable as 'select $1 = $2';
create operator S.=== (leftarg = S.mood, rightarg = S.mood, function = S.compare);
create table S.users (
  id bigint primary key default nextval('S.counter'),
  mood S.mood default 'glad'::S.mood check (mood operator(S.===) 'glad'::S.mood),
  happy S.happy,
  pairs S.pair
);
create table S.orders (id serial primary key, user_id bigint references S.users (id));
create index users_pick on S.users ((mood::S.mood));
create view S.active as select u.id, S.pick(u.mood) as mood from S.users u join S.orders o on o.user_id = u.id;
create materialized view S.totals as select user_id, count(*) from S.orders group by 1;
create function S.touch() returns trigger language plpgsql set search_path = S, pg_temp
  as 'begin update S.users set mood = new.mood; return new; end';
create trigger touch before update on S.orders for each row execute function S.touch();
create rule nothing as on delete to S.orders do instead delete from S.users where id = old.user_id;
alter table S.users enable row level security;
create policy mine on S.users using (mood operator(S.===) 'glad'::S.mood and id in (select user_id from S.orders));
create aggregate S.either(boolean) (sfunc = booland_statefunc, stype = boolean);
create function S.total(a S.users) returns bigint language sql as 'select count(*) from S.orders where user_id = a.id';
create table S.events (at date, mood S.mood) partition by list (mood);
create table S.events_glad partition of S.events for values in ('glad');
create type S.span as range (subtype = integer, subtype_diff = int4range_subdiff);
create operator family S.moods using btree;
create text search dictionary S.plain (template = simple);
create text search configuration S.words (copy = simple);
alter text search configuration S.words alter mapping for asciiword with S.plain;
create collation S.c (provider = libc, locale = 'C');
create table S.names (name text collate S.c);
create type S.label as (name text collate S.c);
create statistics S.stats on id, mood from S.users;
comment on table S.users is 'people';
comment on column S.pair.a is 'first';
`;

const NAMES = [
  "acme",
  "tenant-42",
  "Tenant",
  "tenant_4200",
  'quo"ted',
  "select",
  "o'brien",
  "cash$&1",
  "back\\slash",
] as const;

it.each(MAJORS)("gives one shape in differently named schemas one fingerprint, PostgreSQL %s", async (major) => {
  const script = NAMES.map((name) => {
    const quoted = identifier(name);
    const shape = SHAPE.replace(/'(?:[^']|'')*'|\bS\b/g, (token) =>
      token === "S" ? quoted : token.replaceAll(/\bS\b/g, () => quoted.replaceAll("'", "''")),
    );
    return `create schema ${quoted}; ${shape}`;
  });
  const database = await temporaryDatabase(major, script.join("\n"));
  const [first, ...others] = await withSession(database, async (session) => {
    const catalogs = [];
    for (const name of NAMES) catalogs.push(await readCatalog(session, name));
    return catalogs;
  });
  if (!first) throw new Error("no catalog was read");
  for (const [at, other] of others.entries()) {
    expect(compareCatalogs(other, first).differences, NAMES[at + 1]).toEqual([]);
    expect(fingerprint(other), NAMES[at + 1]).toBe(fingerprint(first));
  }
});
