import { describe, expect, it } from "vitest";
import { assembleCatalog, type CatalogRow, parseRows } from "../../../lib/core/catalog/assemble.js";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { fingerprint } from "../../../lib/core/catalog/fingerprint.js";
import { catalogQuery, scopeOf } from "../../../lib/core/catalog/query.js";
import { SOURCES } from "../../../lib/core/catalog/sources/all.js";
import { OWN_PATH } from "../../../lib/core/sql/own-path.js";
import type { Row, Session } from "../../../lib/ports/database.js";
import { KnownCatalogs, readCatalog, readDetector, readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { openWriter } from "./with-session.js";

const TABLE = "create table t (id int primary key, b int references t)";

/** With the first major version that knows it. */
type Script = string | readonly [number, string];

/** By the tag of a source that is asked for only when it has rows: the least that gives it one, by the last line. */
const RARE: Readonly<Record<string, readonly Script[]>> = {
  aggregate: ["create aggregate total(int) (sfunc = int4pl, stype = int)"],
  type: [
    "create type pair as (a int)",
    "create type span as range (subtype = int)",
    "create type shell",
    `create type four; create function f_in(cstring) returns four language internal immutable strict as 'int4in';
     create function f_out(four) returns cstring language internal immutable strict as 'int4out';
     create type four (input = f_in, output = f_out, like = int4)`,
    `create type list; create function l_in(cstring) returns list language internal immutable strict as 'point_in';
     create function l_out(list) returns cstring language internal immutable strict as 'point_out';
     create type list (input = l_in, output = l_out, internallength = 16, element = float8, category = 'A')`,
  ],
  "switched clone": [
    `create table p (id int) partition by list (id); create table p1 partition of p for values in (1);
     create function f() returns trigger language plpgsql as 'begin return new; end';
     create trigger g after insert on p for each row execute function f();
     alter table p1 disable trigger g`,
  ],
  "unguarded constraint": [
    `${TABLE};
 alter table t disable trigger all`,
  ],
  rule: [
    `${TABLE};
     create rule r as on delete to t do instead nothing`,
    `create view v as select 1 as a;
     create rule r as on insert to v do instead nothing`,
  ],
  statistics: ["create table t (a int, b int);\n create statistics s on a, b from t"],
  "default privileges": ["alter default privileges grant select on tables to public"],
  operator: ["create operator ### (leftarg = int, rightarg = int, function = int4eq)"],
  "operator class": [
    "create operator class c for type int using btree as operator 1 <, function 1 btint4cmp(int, int)",
  ],
  "operator family": [
    "create operator family f using btree",
    "alter operator family float_ops using hash add function 1 (oid, oid) hashoid(oid)",
    "alter operator family oid_ops using btree add operator 1 <(int, int)",
  ],
  collation: [`create collation c from "C"`],
  conversion: ["create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8"],
  "text search": [
    "create text search configuration c (copy = simple)",
    "create text search dictionary d (template = simple)",
    "create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)",
    "create text search template t (lexize = dsimple_lexize)",
  ],
  cast: ["create cast (int as point) with inout"],
  transform: [
    `create function i(internal) returns internal language internal immutable as 'prsd_end';
     create transform for int language sql (from sql with function i(internal))`,
  ],
  language: ["create language plother handler plpgsql_call_handler"],
  "access method": ["create access method heap3 type table handler heap_tableam_handler"],
  "event trigger": [
    `create function f() returns event_trigger language plpgsql as 'begin end';
     create event trigger e on ddl_command_end execute function f()`,
  ],
  publication: ["create publication p", [15, "create publication p for tables in schema public"]],
  subscription: ["create subscription s connection 'host=127.0.0.1' publication p with (connect = false)"],
  "foreign data wrapper": ["create foreign data wrapper w"],
  server: ["create foreign data wrapper w;\n create server s foreign data wrapper w"],
  "user mapping": [
    "create foreign data wrapper w; create server s foreign data wrapper w;\n create user mapping for public server s",
  ],
  "database setting": [
    "do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$",
  ],
  "extension dependence": [
    `create extension citext; create function f() returns int language sql as 'select 1';
     alter function f() depends on extension citext`,
  ],
};

/** Every source is asked, whatever it holds. */
async function readEverything(session: Session): Promise<Catalog> {
  const scope = scopeOf(session.serverVersion, null);
  const rows = await session.query<Row & CatalogRow>(catalogQuery(scope));
  return assembleCatalog(parseRows(rows, scope), scope, session.serverVersion);
}

/** A script that names no schema, and our own path again after it. */
function inPublic(script: string): string {
  return `set local search_path = public; ${script}; set local search_path = ${OWN_PATH}`;
}

/** Labels need a provider, which only a library of the server can bring. */
const NOT_MADE = ["label"];

/** Kinds with one catalog for the whole server, with the rows of all databases. */
const SERVER_WIDE = new Set(["subscription", "database setting"]);

it("tries each kind that is read only where it was found", () => {
  const tags = SOURCES.filter(({ rare }) => rare !== undefined).map(({ tag }) => tag);
  expect([...Object.keys(RARE), ...NOT_MADE].sort()).toEqual(tags.sort());
});

describe.each(MAJORS)("what is read only where it was found, PostgreSQL %s", (major) => {
  it("is not there in a new database", async () => {
    const database = await temporaryDatabase(major, "create extension citext");
    const session = await openWriter(database);
    try {
      const known = new KnownCatalogs();
      const { catalog } = await readFingerprint(session, null, known);
      expect([...known.kinds].filter((kind) => !SERVER_WIDE.has(kind))).toEqual([]);
      expect(catalog.objects.map(({ kind, id }) => [kind, id.name])).toEqual([
        ["extension", "citext"],
        ["extension", "plpgsql"],
        ["schema", "public"],
      ]);
    } finally {
      await session.close();
    }
  });

  // Names of roles are part of the detector, and other tests make roles on the same server.
  it.each(Object.entries(RARE))("is found, and seen to come and go: %s", { retry: 3 }, async (tag, scripts) => {
    const database = await temporaryDatabase(major);
    const session = await openWriter(database);
    try {
      const empty = await readDetector(session, null);
      const all = new KnownCatalogs();
      const known = scripts.map((each): [number, string] => (typeof each === "string" ? [0, each] : [...each]));
      for (const [, script] of known.filter(([since]) => since <= Number(major))) {
        const [, before = "", last = ""] = /^(.*\n)?(.*)$/s.exec(script) ?? [];
        await session.script(`begin; ${inPublic(before)}`);
        const without = await readDetector(session, null);
        await session.script(`savepoint made; ${inPublic(last)}`);
        const rare = new KnownCatalogs();
        const { fingerprint: few } = await readFingerprint(session, null, rare);
        expect([...rare.kinds], script).toContain(tag);
        expect(few, script).toBe(fingerprint(await readEverything(session)));
        expect(fingerprint(await readCatalog(session, null)), script).toBe(few);
        const detector = await readDetector(session, null);
        expect(detector, script).not.toBe(without);
        // Whatever else is watched for other tenants' sake.
        await readDetector(session, null, all);
        expect(await readDetector(session, null, all), script).toBe(detector);
        await session.script("rollback");
        expect(await readDetector(session, null, all), script).toBe(empty);
      }
    } finally {
      await session.close();
    }
  });
});
