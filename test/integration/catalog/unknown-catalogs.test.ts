import { describe, expect, it } from "vitest";
import { SERVER_CATALOGS, type ServerCatalog, unknownQuery } from "../../../lib/core/catalog/unknown-catalogs.js";
import { NEWEST_MAJOR } from "../../../lib/core/postgres/majors.js";
import { CATALOG_CODES, SHARED_CATALOGS, SYSTEM_CATALOGS } from "../../../lib/core/postgres/system-catalogs.js";
import type { Row, Session } from "../../../lib/ports/database.js";
import { assertNothingUnknown } from "../../../lib/steps/catalog/known-server.js";
import { readCatalog, readDetector, readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS, SERVERS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

/** Of each kind of object something that is not as it is by default. */
const EVERYTHING = `
create schema s;
create type mood as enum ('a', 'b');
create domain short as varchar(4) check (value <> '');
create table parent (id int primary key, m mood, d short default 'x', n numeric(4, 2), key text unique);
create table t (id int generated always as identity primary key, parent int references parent on delete cascade deferrable, a int[], v text,
  twice int generated always as (id * 2) stored, exclude using btree (v with =));
create table cut (id int, day date) partition by range (day);
create table cut_1 partition of cut for values from ('2020-01-01') to ('2021-01-01');
create table child () inherits (parent);
create index on t (lower(v)) include (id) where id > 3;
create statistics st (dependencies, mcv) on id, parent from t;
create view v as select * from t;
create materialized view mv as select 1 as one;
create function f(a int, variadic b int[], out c int) language sql as 'select 1';
create procedure p() language plpgsql as 'begin end';
create aggregate total(int) (sfunc = int4pl, stype = int);
create function touched() returns trigger language plpgsql as 'begin return new; end';
create trigger touch after update on t referencing new table as n for each statement execute function touched();
create rule r as on delete to v do instead nothing;
create policy own on t for select using (id > 1);
alter table t enable row level security, replica identity full;
create sequence q cycle;
create collation c (provider = icu, locale = 'und');
create text search dictionary dict (template = simple);
create text search configuration conf (copy = english);
create operator === (leftarg = int, rightarg = text, function = f2);
create publication pub for table parent;
create event trigger ev on ddl_command_end execute function ended();
create foreign data wrapper w;
create server srv foreign data wrapper w;
create foreign table ft (id int) server srv;
create user mapping for public server srv;
alter default privileges in schema s grant select on tables to public;
alter table t alter v set storage external;
comment on table t is 'c';
select lo_create(0);
analyze t;`.replace(
  "create operator",
  `create function f2(int, text) returns bool language sql as 'select true';
create function ended() returns event_trigger language plpgsql as 'begin end';
create operator`,
);

async function unknown(
  session: Session,
  known: Readonly<Record<string, string>> = SYSTEM_CATALOGS,
  codes: Readonly<Record<string, string>> = CATALOG_CODES,
): Promise<readonly string[]> {
  const rows = await session.query<Row>(
    unknownQuery(await session.query<Row & ServerCatalog>(SERVER_CATALOGS), known, codes),
  );
  return rows.map(({ place, example }) => `${place} (${example})`);
}

function without(name: string, column?: string): Readonly<Record<string, string>> {
  const { [name]: columns = "", ...others } = SYSTEM_CATALOGS;
  if (column === undefined) return others;
  const left = columns.split(" ").filter((each) => each !== column);
  expect(left.join(" ")).not.toBe(columns);
  return { ...others, [name]: left.join(" ") };
}

/** What 19 added to the catalogs of 18. */
const SINCE_19 =
  /\b(fdwconnection|puballsequences|prexcept|rng(?:mlt)?construct\d|subretaindeadtuples|submaxretention|subretentionactive|subserver|subwalrcvtimeout) /g;

it.each(SERVERS.filter((major) => Number(major) >= 18))("knows each system catalog and column of %s", async (major) => {
  const session = await testSession((await temporaryDatabase(major)).url);
  const server = await session.query<Row & ServerCatalog>(SERVER_CATALOGS);
  const names = new Set(server.map(({ name }) => name));
  const own = ([name, columns]: [string, string]) => [
    name,
    major === "18" ? columns.replaceAll(SINCE_19, "") : columns,
  ];
  expect(Object.fromEntries(server.map(({ name, columns }) => [name, columns.join(" ")]))).toEqual(
    Object.fromEntries(Object.entries(SYSTEM_CATALOGS).map(own)),
  );
  expect([...SHARED_CATALOGS].filter((name) => !names.has(name))).toEqual([]);
});

describe.each(MAJORS)("what the reader does not know of PostgreSQL %s", (major) => {
  it("is nothing, whatever a user made, and no letter of the server's own objects", async () => {
    const { url } = await temporaryDatabase(major, EVERYTHING);
    const session = await testSession(url);
    // 17 gave it another name.
    const renamed = (place: unknown) => String(place).startsWith("pg_collation.colliculocale");
    expect((await unknown(session)).filter((place) => !renamed(place))).toEqual([]);
    const own = unknownQuery(await session.query<Row & ServerCatalog>(SERVER_CATALOGS)).replaceAll(">= 16384", "> 0");
    expect((await session.query<Row>(own)).filter(({ place }) => !renamed(place))).toEqual([]);
  });

  it.each([
    ["pg_policy", undefined, "create policy p on t using (true)", "pg_policy (null)"],
    ["pg_inherits", undefined, "create table u () inherits (t)", "pg_inherits (null)"],
    ["pg_enum", undefined, "create type mood as enum ('a')", "pg_enum (null)"],
    ["pg_seclabel", undefined, "", null],
    ["pg_event_trigger", undefined, "", null],
    [
      "pg_policy",
      "polpermissive",
      "create policy p on t as restrictive using (true)",
      "pg_policy.polpermissive (policy p on table public.t)",
    ],
    [
      "pg_policy",
      "polcmd",
      "create policy p on t for select using (true)",
      "pg_policy.polcmd (policy p on table public.t)",
    ],
    [
      "pg_class",
      "relrowsecurity",
      "alter table t enable row level security",
      "pg_class.relrowsecurity (table public.t)",
    ],
    ["pg_class", "relrowsecurity", "", null],
    ["pg_class", "reloptions", "alter table t set (fillfactor = 50)", "pg_class.reloptions (table public.t)"],
    ["pg_class", "reloptions", "", null],
    [
      "pg_attribute",
      "attidentity",
      "create table u (id int generated always as identity)",
      "pg_attribute.attidentity (column id of table public.u)",
    ],
    ["pg_attribute", "attidentity", "", null],
    [
      "pg_attribute",
      "attoptions",
      "alter table t alter id set (n_distinct = 4)",
      "pg_attribute.attoptions (column id of table public.t)",
    ],
    [
      "pg_constraint",
      "condeferrable",
      "alter table t add unique (id) deferrable",
      "pg_constraint.condeferrable (constraint t_id_key on table public.t)",
    ],
    [
      "pg_proc",
      "proconfig",
      "create function f() returns int language sql set work_mem = '1MB' as 'select 1'",
      "pg_proc.proconfig (function public.f())",
    ],
    ["pg_proc", "proconfig", "create function f() returns int language sql as 'select 1'", null],
    ["pg_sequence", "seqcycle", "create sequence s cycle", "pg_sequence.seqcycle (null)"],
    ["pg_authid", "rolbypassrls", "", null],
  ])("hidden %s %s is named where %s says something there", async (name, column, sql, place) => {
    const { url } = await temporaryDatabase(major, `create table t (id int); ${sql}`);
    const found = await unknown(await testSession(url), without(name, column));
    expect(found).toEqual(place === null ? [] : [place]);
  });

  it.each([
    [
      "pg_class.relkind",
      "m",
      "create materialized view w as select 1 as one",
      "pg_class.relkind = 'm' (materialized view public.w)",
    ],
    ["pg_class.relkind", "m", "", null],
    [
      "pg_proc.prokind",
      "p",
      "create procedure p() language sql as 'select 1'",
      "pg_proc.prokind = 'p' (function public.p())",
    ],
    [
      "pg_constraint.contype",
      "c",
      "alter table t add constraint c check (id > 0)",
      "pg_constraint.contype = 'c' (constraint c on table public.t)",
    ],
    [
      "pg_attribute.attgenerated",
      "s",
      "alter table t add g int generated always as (id) stored",
      "pg_attribute.attgenerated = 's' (column g of table public.t)",
    ],
    [
      "pg_proc.proargmodes[]",
      "v",
      "create function f(variadic a int[]) returns int language sql as 'select 1'",
      "pg_proc.proargmodes[] = 'v' (function public.f(integer[]))",
    ],
    [
      "pg_statistic_ext.stxkind[]",
      "m",
      "create statistics s (mcv) on id, b from t",
      "pg_statistic_ext.stxkind[] = 'm' (statistics object public.s)",
    ],
  ])("%s without %s is named where %s makes one", async (code, letter, sql, place) => {
    const { url } = await temporaryDatabase(major, `create table t (id int, b int); ${sql}`);
    const codes = { ...CATALOG_CODES, [code]: (CATALOG_CODES[code] ?? "").replace(letter, "") };
    expect(await unknown(await testSession(url), SYSTEM_CATALOGS, codes)).toEqual(place === null ? [] : [place]);
  });
});

/** The session as one of a later server. */
function as(session: Session, serverVersion: number): Session {
  return new Proxy(session, {
    get(target, key) {
      if (key === "serverVersion") return serverVersion;
      const value = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Each is asked once for its catalogs. */
const [NEWER, NEWER_STILL, NEWEST] = [0, 1, 2].map((minor) => (NEWEST_MAJOR + 1) * 10_000 + minor) as [
  number,
  number,
  number,
];

const UNKNOWN = {
  code: "UNSUPPORTED",
  message: `PostgreSQL ${NEWEST_MAJOR + 1} is newer than ${NEWEST_MAJOR}, and this database has something where Schema Gate does not know to look: pg_propgraph`,
};

it("names what is unknown on a newer server", async () => {
  const { url, client } = await temporaryDatabase("18", EVERYTHING);
  const session = as(await testSession(url), NEWER);
  await client.query("set allow_system_table_mods = on; create table pg_catalog.pg_propgraph (oid oid, n int)");
  await assertNothingUnknown(session);
  await client.query("insert into pg_catalog.pg_propgraph values (20000, 1)");
  await expect(assertNothingUnknown(session)).rejects.toMatchObject(UNKNOWN);
});

/** An older server lacks columns that a newer one is asked for. */
it.each(SERVERS.filter((major) => Number(major) === NEWEST_MAJOR))(
  "reads a server newer than %s whole where nothing there is unknown, and refuses it by every reading otherwise",
  async (major) => {
    const { url, client } = await temporaryDatabase(major, EVERYTHING);
    const session = await testSession(url);
    const known = await readCatalog(session, null);
    expect((await readCatalog(as(session, NEWER_STILL), null)).objects).toEqual(known.objects);
    expect(await readDetector(as(session, NEWER_STILL), null)).toBe(await readDetector(session, null));
    await client.query("set allow_system_table_mods = on; create table pg_catalog.pg_propgraph (oid oid, n int)");
    await client.query("insert into pg_catalog.pg_propgraph values (20000, 1)");
    for (const refused of [readCatalog, readFingerprint, readDetector])
      await expect(refused(as(session, NEWEST), null)).rejects.toMatchObject(UNKNOWN);
  },
);
