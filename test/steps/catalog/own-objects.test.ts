import { beforeAll, describe, expect, it } from "vitest";
import { plainlyOurs } from "../../../lib/core/catalog/own-objects.js";
import { ownSchemaOf } from "../../../lib/core/catalog/own-schema.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Session } from "../../../lib/ports/database.js";
import { readLedger, writeLedger } from "../../../lib/steps/catalog/ledger.js";
import { assertOurs } from "../../../lib/steps/catalog/own-objects.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { LOGINS, makeLogin, setupAs, urlAs } from "../../support/gate-logins.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testMigration } from "../../support/migration.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { openTestSession, testSession } from "../../support/session.js";

const LEDGER = `create schema schema_gate; create table schema_gate.ledger (version text primary key, name text not null,
  checksum text not null, applied_at timestamptz not null default now(), elapsed_ms bigint not null);`;
const EVIL = `create function public.evil() returns int language plpgsql immutable as $$ begin
  if current_setting('evil.quiet', true) is distinct from 'on' then raise exception 'ran as %', current_user; end if; return 1; end $$;
create function public.evil_row() returns trigger language plpgsql as $$ begin raise exception 'ran as %', current_user; end $$;`;

/** What another role makes before the first run, or puts on what we made, and what is said of it. */
const PLANTED: Readonly<Record<string, readonly [sql: string, said: RegExp]>> = {
  "the schema": ["set role mallory; create schema schema_gate", /schema schema_gate, which belongs to mallory/],
  "the schema of another name": [
    "set role mallory; create schema schema_gate_x",
    /schema schema_gate_x, which belongs to mallory/,
  ],
  "the whole ledger with a trigger": [
    `set role mallory; ${LEDGER} create trigger t before insert on schema_gate.ledger for each row execute function public.evil_row()`,
    /trigger t on schema_gate\.ledger/,
  ],
  "a trigger on ours": [
    `${LEDGER} create trigger t before insert on schema_gate.ledger for each row execute function public.evil_row()`,
    /trigger t on schema_gate\.ledger/,
  ],
  "a trigger for each statement": [
    `${LEDGER} create trigger t after insert on schema_gate.ledger for each statement execute function public.evil_row()`,
    /trigger t on/,
  ],
  "a rule": [`${LEDGER} create rule r as on insert to schema_gate.ledger do also select public.evil()`, /rule r on/],
  "a policy": [
    `${LEDGER} create policy p on schema_gate.ledger using (public.evil() = 1); alter table schema_gate.ledger enable row level security`,
    /row security on schema_gate\.ledger; the policy p on/,
  ],
  "a default": [
    `${LEDGER} alter table schema_gate.ledger alter name set default public.evil()::text`,
    /default of schema_gate\.ledger\.name/,
  ],
  "a generated column": [
    `${LEDGER} alter table schema_gate.ledger add x int generated always as (length(name)) stored`,
    /default of schema_gate\.ledger\.x/,
  ],
  "an index of an expression": [
    `${LEDGER} create index i on schema_gate.ledger (lower(name))`,
    /index schema_gate\.i on/,
  ],
  "a CHECK": [`${LEDGER} alter table schema_gate.ledger add constraint c check (length(name) > 0)`, /constraint c on/],
  "a child": [
    `${LEDGER} create table public.child () inherits (schema_gate.ledger)`,
    /inheritance of schema_gate\.ledger/,
  ],
  "a view in its place": [
    "create schema schema_gate; create view schema_gate.ledger as select 1 as version",
    /schema_gate\.ledger, which is no table/,
  ],
  "a sequence": [
    "create schema schema_gate; create sequence schema_gate.progress",
    /schema_gate\.progress, which is no table/,
  ],
  "a function": [
    "create schema schema_gate; create function schema_gate.f() returns int language sql return 1",
    /function schema_gate\.f\(\)/,
  ],
  "a domain": ["create schema schema_gate; create domain schema_gate.text as text", /type schema_gate\.text/],
  "a table of another owner": [
    `${LEDGER} alter table schema_gate.ledger owner to mallory`,
    /schema_gate\.ledger, which belongs to mallory/,
  ],
  "the right to write": [
    `${LEDGER} grant usage on schema schema_gate to mallory; grant insert on schema_gate.ledger to mallory`,
    /insert granted on schema_gate\.ledger to mallory/,
  ],
  "the right to write one column": [
    `${LEDGER} grant usage on schema schema_gate to mallory; grant update (checksum) on schema_gate.ledger to mallory`,
    /update granted on schema_gate\.ledger\.checksum to mallory/,
  ],
  "the right to refer to one column": [
    `${LEDGER} grant usage on schema schema_gate to public; grant references (version) on schema_gate.ledger to public`,
    /references granted on schema_gate\.ledger\.version to public/,
  ],
  "the right to put a trigger there": [
    `${LEDGER} grant usage on schema schema_gate to mallory; grant trigger on schema_gate.ledger to mallory`,
    /trigger granted on schema_gate\.ledger to mallory/,
  ],
  "a column of a domain of elsewhere": [
    `create domain public.d as text check (public.evil() = 1); ${LEDGER} alter table schema_gate.ledger alter checksum type public.d`,
    /column schema_gate\.ledger\.checksum of the type (public\.)?d/,
  ],
  "a column of a row type": [
    `create type public.r as (a text); ${LEDGER} alter table schema_gate.ledger add r public.r`,
    /column schema_gate\.ledger\.r of the type/,
  ],
  "a column of an array of domains": [
    `create domain public.d as text check (public.evil() = 1); ${LEDGER} alter table schema_gate.ledger add r public.d[]`,
    /column schema_gate\.ledger\.r of the type/,
  ],
  "a column of another collation": [
    `create collation public.c from "C"; ${LEDGER} alter table schema_gate.ledger alter version type text collate public.c`,
    /collation public\.c of schema_gate\.ledger\.version/,
  ],
  "a table of a type that changes with it": [
    `create schema schema_gate; create type public.l as (version text, name text); create table schema_gate.progress of public.l`,
    /type public\.l of schema_gate\.progress/,
  ],
  "statistics of an expression": [
    `${LEDGER} create statistics public.s on (public.evil() + length(name)), (length(version)) from schema_gate.ledger`,
    /statistics s on schema_gate\.ledger/,
  ],
  "a foreign key that refers to ours": [
    `${LEDGER} create table public.other (v text references schema_gate.ledger on delete cascade)`,
    /foreign key \w+ of public\.other, which refers to schema_gate\.ledger/,
  ],
  "a table in partitions": [
    "create schema schema_gate; create table schema_gate.ledger (version text) partition by list (version)",
    /schema_gate\.ledger, which is no table/,
  ],
  "a partition key that calls": [
    "create schema schema_gate; create table schema_gate.progress (version text) partition by list ((length(version) + public.evil()))",
    /schema_gate\.progress, which is no table/,
  ],
  "a partition of a table elsewhere": [
    "create schema schema_gate; create table public.p (version text) partition by list (version); create table schema_gate.progress partition of public.p default",
    /inheritance of schema_gate\.progress/,
  ],
  "a table that a crash empties": [
    `${LEDGER} alter table schema_gate.ledger set unlogged`,
    /schema_gate\.ledger, which a crash empties/,
  ],
  "a materialized view in its place": [
    "create schema schema_gate; create materialized view schema_gate.lease as select public.evil() with no data",
    /schema_gate\.lease, which is no table/,
  ],
  "a row type in its place": [
    "create schema schema_gate; create type schema_gate.backfill as (version text, state jsonb)",
    /schema_gate\.backfill, which is no table/,
  ],
  "an identity": [
    `${LEDGER} alter table schema_gate.ledger alter elapsed_ms add generated always as identity`,
    /schema_gate\.ledger_elapsed_ms_seq, which is no table/,
  ],
  "a trigger that is off": [
    `${LEDGER} create trigger t before insert on schema_gate.ledger for each row execute function public.evil_row(); alter table schema_gate.ledger disable trigger t`,
    /trigger t on/,
  ],
  "a rule that replicas alone have": [
    `${LEDGER} create rule r as on insert to schema_gate.ledger do also select public.evil(); alter table schema_gate.ledger enable replica rule r`,
    /rule r on/,
  ],
  "an exclusion": [
    `${LEDGER} alter table schema_gate.ledger add exclude using btree (length(name) with =)`,
    /constraint ledger_length_excl on/,
  ],
  "an operator": [
    "create schema schema_gate; create operator schema_gate.=== (leftarg = text, rightarg = text, function = texteq)",
    /operator schema_gate\.===/,
  ],
  "an aggregate": [
    "create schema schema_gate; create aggregate schema_gate.min (text) (sfunc = text_larger, stype = text)",
    /function schema_gate\.min\(text\)/,
  ],
  "a procedure": [
    "create schema schema_gate; create procedure schema_gate.p() language sql as 'select 1'",
    /function schema_gate\.p\(\)/,
  ],
  "an enum": ["create schema schema_gate; create type schema_gate.e as enum ('a')", /type schema_gate\.e/],
  "a range": ["create schema schema_gate; create type schema_gate.r as range (subtype = int)", /schema_gate\.r\b/],
  "the right to make things": [
    `${LEDGER} grant create on schema schema_gate to public`,
    /CREATE granted on the schema schema_gate to public/,
  ],
};

/** What the short query answers; the whole one is asked only where it is not true. */
async function plain(session: Session, schema: string | null, ledger: string | null = null): Promise<unknown> {
  const own = {
    schema: schema === null ? null : ownSchemaOf(schema),
    tenantSchema: schema,
    ledger,
    owner: session.owner,
  };
  return (await session.query(plainlyOurs(own)))[0]?.plain;
}

beforeAll(() => loadParser());

describe.each(MAJORS)("what is in the place of ours on %s", (major) => {
  const CASES = LOGINS.flatMap((login) =>
    Object.entries(PLANTED).map(([what, planted]) => [what, login, planted] as const),
  );

  it.each(CASES)("%s is refused by name to a %s login, and nothing of it runs", async (_, login, [sql, said]) => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    await makeLogin(major, login);
    const { url, client, name } = await temporaryDatabase(major, setupAs(login, EVIL));
    await client.query(`grant create on database "${name}" to mallory`);
    await client.query("set evil.quiet = on");
    // What is made for mallory, a superuser makes; the rest belongs to the login.
    await client.query(/owner to mallory|set role mallory/.test(sql) ? sql : setupAs(login, sql));
    await client.query("reset role");
    const session = await testSession(urlAs(login, url));
    const refused = { code: "NOT-OURS", message: expect.stringMatching(said) };
    expect(await plain(session, null)).toBe(false);
    await expect(assertOurs(session, null)).rejects.toMatchObject(refused);
    await expect(readLedger(session, ledgerFor("sql"), null)).rejects.toMatchObject({ code: "NOT-OURS" });
    const settings = { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 2_000 };
    const migration = testMigration("create table public.made (i int)");
    const input = {
      migration,
      ledger: ledgerFor("sql"),
      isolation: "read committed",
      settings,
      schema: null,
      keep: [],
    } as const;
    await expect(applyMigration(session, { ...input, clock: testClock })).rejects.toThrow();
    expect((await client.query("select to_regclass('public.made') as made")).rows).toEqual([{ made: null }]);
  });

  it("a framework's ledger: triggers, rules, and code of others that reading it would run", async () => {
    const sqlx = ledgerFor("sqlx");
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    for (const [sql, said] of [
      [
        "create trigger t before insert on _sqlx_migrations for each row execute function public.evil_row()",
        /trigger t on/,
      ],
      ["create rule r as on delete to _sqlx_migrations do also select 1", /rule r on/],
      ["alter table _sqlx_migrations alter description set default public.evil()::text", /public\.evil \(by mallory\)/],
      ["create policy p on _sqlx_migrations using (public.evil() = 1)", /public\.evil \(by mallory\)/],
      ["alter table _sqlx_migrations add check (public.evil() = 1) not valid", /public\.evil \(by mallory\)/],
    ] as const) {
      const { url, client } = await temporaryDatabase(major, EVIL);
      const session = await testSession(url);
      await writeLedger(session, sqlx, null, () => []);
      await client.query("alter function public.evil() owner to mallory");
      expect(await readLedger(session, sqlx, null)).toEqual([]);
      expect(await plain(session, null, "public._sqlx_migrations")).toBe(true);
      await client.query(sql);
      await expect(readLedger(session, sqlx, null)).rejects.toMatchObject({
        code: "NOT-OURS",
        message: expect.stringMatching(said),
      });
    }
  });

  it("is nothing where default privileges give rights to what we make, which nobody reaches", async () => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    const { url } = await temporaryDatabase(
      major,
      "alter default privileges grant select, insert, update, delete on tables to mallory",
    );
    const session = await testSession(url);
    await writeLedger(session, ledgerFor("sql"), null, () => []);
    await session.script("alter default privileges revoke all on tables from mallory");
    expect(await readLedger(session, ledgerFor("sql"), null)).toEqual([]);
  });

  it.each([null, "acme"])(
    "is read while others change a table of theirs in the same database (schema %s)",
    async (schema) => {
      const { url, client } = await temporaryDatabase(
        major,
        "create schema globex; create table globex.orders (id int default 7, state text default 'new', check (id > 0)); create schema acme",
      );
      const session = await openTestSession(url);
      try {
        await writeLedger(session, ledgerFor("sql"), schema, () => []);
        await client.query("begin; lock table globex.orders in access exclusive mode");
        await session.script("set lock_timeout = 200");
        expect(await plain(session, schema)).toBe(true);
        await assertOurs(session, schema);
      } finally {
        await session.close();
      }
    },
  );

  it("is nothing where we made all of it, a least-privileged owner too", async () => {
    const { url } = await temporaryDatabase(major);
    const session = await testSession(url);
    const settings = { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 2_000 };
    const migration = testMigration("create table t (i int); create index concurrently i on t (i)");
    const input = {
      migration,
      isolation: "read committed",
      settings,
      schema: null,
      keep: [],
      clock: testClock,
    } as const;
    await applyMigration(session, { ...input, ledger: ledgerFor("sql") });
    await assertOurs(session, null);
    expect(await plain(session, null)).toBe(true);
    expect(await readLedger(session, ledgerFor("sql"), null)).toHaveLength(1);
  });
});
