import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";

/** Constants of every type whose text depends on a setting, in each place where the server prints an expression. */
const SCHEMA = `create type mood as enum ('sad', 'it''s \\ok');
create domain since as timestamptz default '2020-01-01 12:00:00+00' check (value > '2000-06-01 00:00:00+02'::timestamptz);
create table "we'ird\\\\ Name" (id int primary key, d date default '2020-02-01', at timestamptz default '2020-07-01 12:00:00+00',
  t timestamp default '2020-02-01 03:04:05', i interval default '1 year -2 days 03:04:05', f float8 default 0.1, r real default 1.1,
  b bytea default '\\x00ff41', s text default E'a\\\\b''c', m mood default E'it''s \\\\ok', "select" int default 1,
  z timetz default '12:00:00+05', p tstzrange default '[2020-01-01 00:00:00+00,2020-02-01 00:00:00+00)', x xml default '<a/>',
  n money default 12.5, a date[] default '{2020-03-04}', since since,
  check (at > '1999-12-31 23:00:00+00'::timestamptz), check (i < interval '400 days 1:02:03.5'), check (f < 1e-7 or f > 0.30000000000000004));
create index on "we'ird\\\\ Name" (d) where at > '2020-07-01 00:00:00+00'::timestamptz;
create table parts (at timestamptz, k date) partition by range (at, k);
create table parts_one partition of parts for values from ('2020-01-01 00:00:00+00', '2020-01-31') to ('2020-02-01 00:00:00+00', '2020-03-31');
create view seen as select id, at > '2020-07-01 00:00:00+00'::timestamptz as late, interval '2 days' as two, '\\x01'::bytea as one from "we'ird\\\\ Name";
create function young(at timestamptz default '2021-01-01 00:00:00+00') returns boolean language sql begin atomic select at > timestamptz '2020-07-01 00:00:00+00'; end;
create function told() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger told before update on "we'ird\\\\ Name" for each row when (new.at > '2020-07-01 00:00:00+00'::timestamptz) execute function told('2020', E'\\\\x');
create policy p on "we'ird\\\\ Name" using (at < '2030-07-01 00:00:00+00'::timestamptz);
create rule r as on delete to parts do also notify gone;
create statistics s on (at + interval '1 day'), d from "we'ird\\\\ Name";`;

/** What a database, or a role in it, may set; from which major on. */
const SETTINGS: readonly (readonly [setting: string, from?: number])[] = [
  ["TimeZone = 'Asia/Kathmandu'"],
  ["TimeZone = 'America/St_Johns'"],
  ["timezone_abbreviations = 'India'"],
  ["DateStyle = 'German'"],
  ["DateStyle = 'SQL, DMY'"],
  ["IntervalStyle = 'iso_8601'"],
  ["IntervalStyle = 'sql_standard'"],
  ["extra_float_digits = -15"],
  ["extra_float_digits = 3"],
  ["bytea_output = 'escape'"],
  ["search_path = public, pg_catalog"],
  ["search_path = ''"],
  ["standard_conforming_strings = off"],
  ["quote_all_identifiers = on"],
  ["client_encoding = 'LATIN1'"],
  ["default_transaction_read_only = on"],
  ["default_transaction_isolation = 'serializable'"],
  ["default_transaction_deferrable = on"],
  ["statement_timeout = '2s'"],
  ["lock_timeout = '2s'"],
  ["default_tablespace = 'pg_global'"],
  ["default_table_access_method = 'none'"],
  ["default_toast_compression = 'pglz'"],
  ["row_security = off"],
  ["session_replication_role = replica"],
  ["event_triggers = off", 17],
  ["lc_messages = 'C'"],
  ["lc_numeric = 'C'"],
  ["lc_time = 'C'"],
  ["xmloption = document"],
  ["xmlbinary = hex"],
  ["array_nulls = off"],
  ["transform_null_equals = on"],
  ["backslash_quote = off"],
  ["check_function_bodies = off"],
  ["enable_seqscan = off"],
  ["debug_parallel_query = on", 16],
  ["force_parallel_mode = on", 15],
  ["jit = on"],
  ["role = 'pg_monitor'"],
];

/** Each session that reads a catalog: for the gates, in the rollout, and within its transaction. */
const READERS: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  read: objects,
  write: objects,
  "within a transaction": async (session) => {
    await session.script("begin");
    return objects(session).finally(() => session.script("rollback"));
  },
};

/** Without what the setting itself is. */
async function objects(session: Session): Promise<unknown> {
  const { objects } = await readCatalog(session, null);
  return objects.filter(({ kind }) => kind !== "database setting");
}

const NOW = `select pg_catalog.string_agg(pg_catalog.format('%s=%s', name, setting), ' ' order by name) as text from pg_catalog.pg_settings
  where name in ('DateStyle', 'IntervalStyle', 'extra_float_digits', 'bytea_output', 'TimeZone', 'quote_all_identifiers')`;

async function readAll(url: string): Promise<Readonly<Record<string, unknown>>> {
  const read: Record<string, unknown> = {};
  for (const [how, reader] of Object.entries(READERS)) {
    const session = await openTestSession(url, how === "read" ? "read" : "write");
    try {
      const before = await session.query(NOW);
      read[how] = await reader(session);
      expect(await session.query(NOW), how).toEqual(before);
    } finally {
      await session.close();
    }
  }
  return read;
}

beforeAll(() => loadParser());

describe.each(MAJORS)("the catalog of a tenant with settings of its own, on %s", (major) => {
  it("is what it is without them, in every session that reads it, and none of them is changed", async () => {
    const { url, client, name } = await temporaryDatabase(major, SCHEMA);
    await client.query("set default_transaction_read_only = off");
    const plain = await readAll(url);
    expect(plain.write).toEqual(plain.read);
    const seen: Record<string, unknown> = {};
    for (const [setting, from = 0] of SETTINGS) {
      if (Number(major) < from || (setting.startsWith("force_parallel") && Number(major) > 15)) continue;
      const whose =
        Object.keys(seen).length % 2 === 0 ? `database "${name}"` : `role current_user in database "${name}"`;
      await client.query(`alter ${whose} set ${setting}`);
      const read = await readAll(url).catch((error: unknown) => ({ error: String(error) }));
      await client.query(`alter ${whose} reset all`);
      const same = isDeepStrictEqual(read, plain) ? "the same" : "another";
      seen[setting] = "error" in read ? read.error : same;
    }
    expect(Object.entries(seen).filter(([, what]) => what !== "the same")).toEqual([]);
  }, 240_000);

  it("ends no session of ours by a timeout that the tenant sets", async () => {
    const { url, client, name } = await temporaryDatabase(major);
    const timeouts = ["idle_session_timeout", ...(Number(major) < 17 ? [] : ["transaction_timeout"])];
    for (const timeout of timeouts) await client.query(`alter database "${name}" set ${timeout} = '20s'`);
    for (const purpose of ["read", "write"] as const) {
      const session = await openTestSession(url, purpose);
      const rows = await session.query("select name, setting from pg_settings where name = any ($1)", [timeouts]);
      await session.close();
      expect(rows.map(({ setting }) => setting)).toEqual(timeouts.map(() => "0"));
    }
  });
});
