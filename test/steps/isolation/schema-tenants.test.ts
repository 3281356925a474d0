import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import type { IsolationScope } from "../../../lib/core/isolation/scope.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { MAJORS } from "../../support/majors.js";
import { testMigration } from "../../support/migration.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";

beforeAll(() => loadParser());

const TENANTS = ["acme", "globex", "initech"];

/** Three tenants over a shared part, with functions that lead out of a tenant in ways that no text of a release shows. */
const SETUP = `
  set check_function_bodies = off;
  create table public.plans (id int primary key, name text);
  insert into public.plans values (1, 'free'), (2, 'paid');
  create table public.audit (line text);
  insert into public.audit values ('old');
  create sequence public.numbers;
  create function public.touch() returns trigger language plpgsql as $$ begin new.seen := now(); return new; end $$;
  create function public.purge() returns void language sql set search_path = acme as 'update acme.usr set name = name || ''!''';
  create function public.run(what text) returns void language plpgsql as $$ begin execute what; end $$;
  create function public.slow() returns void language sql set lock_timeout = 0 as 'select';
  ${TENANTS.map((name) => tenant(name)).join("\n")}`;

function tenant(name: string): string {
  return `create schema ${name}; set search_path to ${name}, public;
    create type mood as enum ('sad', 'glad');
    create table usr (id serial primary key, name text not null, plan int references public.plans, mood mood, seen timestamptz);
    create table log (line text);
    insert into usr (name, plan, mood) select '${name} ' || n, 1, 'sad' from generate_series(1, 20) n;
    create function audit() returns trigger language plpgsql as $$ begin insert into public.audit values (new.name); return new; end $$;
    create table watched (name text);
    create trigger audit after insert on watched for each row execute function audit();
    create table late (name text);
    create constraint trigger audit after insert on late deferrable initially deferred for each row execute function audit();
    create function peek() returns bigint language sql as 'select count(*) from initech.usr';
    reset search_path;`;
}

const SCOPE: IsolationScope = {
  schemaTenants: true,
  own: null,
  shared: ["public"],
  ofShared: false,
  tenants: new Set(TENANTS),
  extensions: new Set(),
  limits: { lockTimeout: 2_000, statementTimeout: 20_000 },
};

async function verdict(
  major: Major,
  sql: string,
  thorough = false,
): Promise<{ readonly passed: boolean; readonly said: string }> {
  const proof = await proveOnClones(major, SETUP, [testMigration(sql)], {
    schema: "acme",
    isolation: { scope: SCOPE, neighbour: "globex", sibling: "globex" },
    thorough,
  });
  const errors = proof.findings.filter(({ severity }) => severity === "error");
  return { passed: errors.length === 0, said: errors.map(({ code, message }) => `${code}: ${message}`).join("\n") };
}

const SCHEMAS = [...TENANTS, "public"];

/** What every schema of a database holds, as text. */
async function contents(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const schema of SCHEMAS) {
    const { rows: tables } = await client.query(
      `select c.relname as name, c.relkind, pg_get_userbyid(c.relowner) as owner, c.relacl::text, coalesce(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ',' order by a.attnum), '') as columns
       from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'v', 'i') group by c.oid order by 1`,
      [identifier(schema)],
    );
    const { rows: others } = await client.query(
      `select proname::text || prosrc as line from pg_proc where pronamespace = $1::regnamespace
       union all select tgname || ' ' || tgrelid::regclass from pg_trigger where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = $1::regnamespace)
       union all select typname::text from pg_type where typnamespace = $1::regnamespace and typtype = 'e' order by 1`,
      [identifier(schema)],
    );
    const rows: unknown[] = [];
    for (const { name, relkind } of tables) {
      if (relkind === "r")
        rows.push(
          (await client.query(`select t::text from ${identifier(schema)}.${identifier(name)} t order by 1`)).rows,
        );
    }
    found.set(schema, JSON.stringify([tables, others, rows]));
  }
  const { rows } = await client.query(
    `select extname::text as line from pg_extension union all select nspname::text from pg_namespace where nspname !~ '^pg_(toast_)?temp'
     union all select pubname::text from pg_publication union all select setconfig::text from pg_db_role_setting
     where setdatabase = (select oid from pg_database where datname = current_database()) order by 1`,
  );
  found.set("(database)", JSON.stringify(rows));
  return found;
}

/** Runs a release as a plain migrator would, tenant by tenant, and says which tenants' runs changed something beside them. */
async function really(major: Major, sql: string): Promise<{ readonly ran: boolean; readonly left: readonly string[] }> {
  const { url, client } = await temporaryDatabase(major, SETUP);
  const left: string[] = [];
  let ran = true;
  for (const name of TENANTS) {
    const before = await contents(client);
    const session = new pg.Client({ connectionString: url });
    await session.connect();
    try {
      await session.query(`set search_path to ${name}, public; set lock_timeout = '2s'`);
      await session.query("begin");
      await session.query(sql);
      await session.query("commit");
    } catch {
      ran = false;
    } finally {
      await session.end();
    }
    const after = await contents(client);
    if ([...after].some(([schema, text]) => schema !== name && text !== before.get(schema))) left.push(name);
  }
  return { ran, left };
}

const KEEPS = [
  "alter table usr add column note text default 'x'",
  "update usr set name = upper(name) where id > 3; delete from usr where id = 20",
  "create table orders (id int primary key, plan int references public.plans, usr int references usr)",
  "alter table usr drop constraint usr_plan_fkey",
  "insert into usr (name, plan) select name, id from public.plans",
  "create view paid as select u.name, p.name as plan from usr u join public.plans p on p.id = u.plan",
  "create trigger touch before update on usr for each row execute function public.touch(); update usr set name = name",
  "create index usr_name on usr (name); alter type mood add value 'calm'",
  "create function names() returns setof text language sql set search_path from current as 'select name from usr'; insert into log select names()",
  "do $$ declare r record; begin for r in select id from usr loop update usr set seen = '2020-01-01' where id = r.id; end loop; end $$",
  "do $$ begin execute format('alter table %I add column b int', 'usr'); end $$",
  "alter table usr add column number bigint; update usr set number = nextval('public.numbers') * 0",
  "create temp table work as select * from usr; update usr u set name = w.name || '!' from work w where w.id = u.id",
  "drop table log",
  "insert into log select relname from pg_class where relname = 'plans'",
];

/** What leaves the tenant, as its text shows. */
const LEAVES = [
  "set search_path to acme; update usr set name = name || 'x'; delete from usr where id = 1",
  "select set_config('search_path', 'acme', false); update usr set name = name || 'x'",
  "update acme.usr set name = name || 'x'",
  "insert into acme.log values ('x')",
  "do $$ begin execute 'delete from globex.usr where id = 3'; end $$",
  "do $$ declare q text := 'update acme.usr set name = name || ''x'''; begin execute q; end $$",
  "do $$ declare s text := 'acme'; begin execute format('insert into %I.log values (1)', s); end $$",
  "create trigger t before insert on globex.usr for each row execute function public.touch()",
  "alter table public.plans add column if not exists price int",
  "insert into public.audit values ('x')",
  "create extension if not exists pg_trgm",
  "create schema if not exists reports",
  "grant select on globex.usr to public",
];

/** What leaves it, and no text shows it. */
const LEAVES_UNSEEN = [
  ["select public.purge()", /isolation/],
  ["select public.run('delete from ' || 'ini' || 'tech.usr')", /isolation/],
  [
    "select public.run(convert_from(decode('64656c6574652066726f6d20696e69746563682e757372', 'hex'), 'UTF8'))",
    /isolation.left.*initech.usr/,
  ],
  ["insert into watched values ('x')", /isolation.left.*public.audit/],
  ["insert into late values ('x')", /isolation.left.*public.audit/],
  ["insert into audit values ('x')", /isolation.left.*public.audit/],
  ["update plans set name = 'x'", /isolation.left.*public.plans/],
  ["truncate audit", /isolation.left.*public.audit/],
  [
    "select public.run(reverse('emca ot htap_hcraes tes')); update usr set name = name || 'x'",
    /isolation.left.*search_path/,
  ],
] as const;

describe.each(MAJORS)("a release over tenants that are schemas, PostgreSQL %s", (major) => {
  it.each(KEEPS)("passes what stays within each tenant: %s", async (sql) => {
    expect(await really(major, sql)).toEqual({ ran: true, left: [] });
    expect(await verdict(major, sql)).toEqual({ passed: true, said: "" });
  });

  it.each([
    [
      "create table plans (id int primary key, name text)",
      /^relation plans without a schema is the tenant's, instead of/,
    ],
    [
      "create function run(what text) returns void language sql as 'select'",
      /^function run\(text\) .* the tenant's, instead/,
    ],
    ["create view numbers as select 1 as one", /^relation numbers .* the tenant's, instead/],
    ["drop table usr cascade; create table touch (id int); drop function audit() cascade", null],
    ["alter table hidden rename to seen", /^relation hidden without a schema is no longer the tenant's, but/],
    ["drop table hidden", /^relation hidden .* no longer the tenant's, but/],
  ] as const)("warns of a name that means another object afterwards: %s", async (sql, said) => {
    const setup = `${SETUP} create table public.hidden (id int); ${TENANTS.map((name) => `create table ${name}.hidden (id int);`).join(" ")}`;
    const proof = await proveOnClones(major, setup, [testMigration(sql)], {
      schema: "acme",
      isolation: { scope: SCOPE, neighbour: "globex", sibling: "globex" },
      thorough: false,
    });
    const warned = proof.findings.filter(({ code }) => code === "isolation.name-means-another");
    expect(warned.map(({ message }) => message.replace("After the release, ", ""))).toEqual(
      said === null ? [] : [expect.stringMatching(said)],
    );
  });

  it.each(LEAVES)("blocks what leaves it by its text: %s", async (sql) => {
    expect((await really(major, sql)).left).not.toEqual([]);
    expect((await verdict(major, sql)).said).toMatch(/^isolation\./);
  });

  it.each(LEAVES_UNSEEN)("blocks what leaves it unseen: %s", async (sql, said) => {
    expect((await really(major, sql)).left).not.toEqual([]);
    expect((await verdict(major, sql)).said).toMatch(said);
  });

  it.each([
    "alter table usr add created timestamptz not null default now()",
    "alter table usr add token uuid not null default gen_random_uuid(); insert into usr (name) values ('new')",
    "insert into log select nextval('public.numbers')::text",
  ])("passes what has other values each time, whatever sequences the others have: %s", async (sql) => {
    expect(await verdict(major, sql, true)).toEqual({ passed: true, said: "" });
  });

  it("blocks what reads another tenant's rows", async () => {
    const { said } = await verdict(major, "insert into log select peek()::text");
    expect(said).toMatch(/isolation\.left.*initech\.usr \(AccessShareLock\)/);
  });
});
