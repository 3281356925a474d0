import { describe, expect, it } from "vitest";
import {
  ACTING_TRIGGERS,
  CALLER_READS,
  CALLER_VIEWS,
  HIDDEN_SETTINGS,
  RUNS_TEXT,
} from "../../../lib/core/postgres/caller-reads.js";
import { builtInVolatility, isHarmless } from "../../../lib/core/postgres/functions.js";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

/** By what a view tells who reads it. */
const ASKS = ["current_user", "session_user", "pg_has_role", "has_column_privilege", "row_security_active"];

describe.each(MAJORS)("what acts or shows by who calls it on %s", (major) => {
  const database = sharedDatabase(major, "create extension tablefunc; create extension xml2; create extension lo");
  const names = async (sql: string) =>
    (await database.session.query<{ readonly name: string }>(sql)).map(({ name }) => name);

  it("has each view of pg_catalog that asks who reads it, and that everybody may read", async () => {
    const functions = CALLER_READS.filter((name) => /^pg_(show|stat)_/.test(name));
    const asking = await names(
      `select c.relname::text as name from pg_class c where c.relkind = 'v' and c.relnamespace = 'pg_catalog'::regnamespace
         and pg_get_viewdef(c.oid) ~ '\\m(${[...ASKS, ...functions].join("|")})\\M' and has_table_privilege('public', c.oid, 'SELECT')`,
    );
    expect(asking.length).toBeGreaterThan(8);
    expect(asking.filter((name) => !CALLER_VIEWS.includes(name))).toEqual([]);
  });

  it("has each function that not everybody may call, or takes it for one that acts", async () => {
    const closed = await names(
      `select distinct p.proname::text as name from pg_proc p where p.oid < 16384 and not has_function_privilege('public', p.oid, 'EXECUTE')`,
    );
    expect(closed.length).toBeGreaterThan(25);
    expect(closed.filter((name) => isHarmless(name) && !CALLER_READS.includes(name))).toEqual([]);
  });

  it("has each setting that not everybody may read", async () => {
    await onServer(major, "do $$ begin create role reader; exception when duplicate_object then null; end $$");
    const all = await names("select name from pg_settings");
    await database.session.script("set role reader");
    const shown = new Set(await names("select name from pg_settings"));
    await database.session.script("reset role");
    const hidden = all.filter((name) => !shown.has(name));
    expect(hidden.length).toBeGreaterThan(15);
    expect(hidden.filter((name) => !HIDDEN_SETTINGS.includes(name))).toEqual([]);
  });

  it("names functions that there are", async () => {
    const there = new Set(await names("select distinct proname::text as name from pg_proc"));
    const named = [...RUNS_TEXT, ...ACTING_TRIGGERS, ...CALLER_READS];
    expect(named.filter((name) => !there.has(name) && builtInVolatility(name) === null)).toEqual([]);
  });
});
