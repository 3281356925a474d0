import { beforeAll, describe, expect, it } from "vitest";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { placedLedger, readLedger, writeLedger } from "../../../lib/steps/catalog/ledger.js";
import { makeLogin, urlAs } from "../../support/gate-logins.js";
import { MAJORS } from "../../support/majors.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const EVIL = `create function public.evil() returns int language plpgsql immutable as $$ begin
  if current_setting('evil.quiet', true) is distinct from 'on' then raise exception 'ran as %', current_user; end if; return 1; end $$;
create function public.evil_row() returns trigger language plpgsql as $$ begin raise exception 'ran as %', current_user; end $$;`;

const FRAMEWORKS = [
  ...["dbmate", "diesel", "drizzle", "flyway", "golang-migrate", "goose", "node-pg-migrate"],
  ...["prisma", "refinery", "sea-orm", "sqlx"],
];

/** What somebody makes of a framework's ledger, `at`. */
const ON_FRAMEWORKS: Readonly<Record<string, readonly [planted: (at: string) => string, said: RegExp]>> = {
  "a trigger": [
    (at) => `create trigger t after insert on ${at} for each row execute function public.evil_row()`,
    /trigger t on/,
  ],
  "a constraint trigger": [
    (at) =>
      `create constraint trigger t after insert on ${at} deferrable initially deferred for each row execute function public.evil_row()`,
    /trigger t on/,
  ],
  "a rule": [(at) => `create rule r as on insert to ${at} do also select public.evil()`, /rule r on/],
  "a view in its place": [
    (at) => `alter table ${at} rename to before; create view ${at} as select public.evil() as version`,
    /which is no table/,
  ],
  "a materialized view in its place": [
    (at) =>
      `alter table ${at} rename to before; create materialized view ${at} as select public.evil() as version with no data`,
    /which is no table/,
  ],
  "a trigger on a child": [
    (at) =>
      `create table public.child () inherits (${at}); create trigger t after insert on public.child for each row execute function public.evil_row()`,
    /trigger t on (public\.)?child/,
  ],
  "a rule on a child": [
    (at) =>
      `create table public.child () inherits (${at}); create rule r as on update to public.child do also select public.evil()`,
    /rule r on (public\.)?child/,
  ],
  "a trigger on a partition": [
    (at) => `alter table ${at} rename to before;
      do $$ declare cols text; begin
        select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum) into cols
          from pg_attribute where attrelid = (select oid from pg_class where relname = 'before') and attnum > 0 and not attisdropped;
        execute 'create table ${at} (' || cols || ') partition by hash (' || split_part(cols, ' ', 1) || ')';
      end $$;
      create table public.part partition of ${at} for values with (modulus 1, remainder 0);
      create trigger t after insert on public.part for each row execute function public.evil_row()`,
    /trigger t on (public\.)?part/,
  ],
  "rows that are hidden": [(at) => `alter table ${at} enable row level security`, /row security on/],
  "rows that a policy hides": [
    (at) =>
      `create policy p on ${at} using (false); alter table ${at} force row level security; alter table ${at} enable row level security; create table public.x ()`,
    /row security on/,
  ],
  "a policy that calls": [(at) => `create policy p on ${at} using (public.evil() = 1)`, /public\.evil \(by mallory\)/],
  "a default that calls": [
    (
      at,
    ) => `do $$ begin execute (select format('alter table ${at} alter %I set default public.evil()', attname) from pg_attribute
      where attrelid = '${at}'::regclass and atttypid in ('int'::regtype, 'bigint'::regtype, 'text'::regtype, 'varchar'::regtype) and attnum > 0 and attidentity = '' order by attnum desc limit 1); end $$`,
    /public\.evil \(by mallory\)/,
  ],
  "an index that calls": [(at) => `create index on ${at} ((public.evil()))`, /public\.evil \(by mallory\)/],
  "the predicate of an index": [
    (
      at,
    ) => `do $$ begin execute (select format('create index on ${at} (%I) where public.evil() = 1', attname) from pg_attribute
      where attrelid = '${at}'::regclass and attnum = 1); end $$`,
    /public\.evil \(by mallory\)/,
  ],
  "a CHECK that calls": [
    (at) => `alter table ${at} add check (public.evil() = 1) not valid`,
    /public\.evil \(by mallory\)/,
  ],
};

beforeAll(() => loadParser());

describe.each(MAJORS)("the ledger of a framework on %s", (major) => {
  it.each(FRAMEWORKS)("of %s is read and written only where it is a table with nothing on it", async (convention) => {
    await onServer(major, "do $$ begin create role mallory; exception when others then null; end $$");
    await makeLogin(major, "least-privilege");
    for (const [what, [planted, said]] of Object.entries(ON_FRAMEWORKS)) {
      const { url, client } = await temporaryDatabase(major, EVIL);
      const superuser = await testSession(url);
      const format = ledgerFor(convention);
      await writeLedger(superuser, format, null, () => []);
      await client.query("alter function public.evil() owner to mallory");
      await client.query("grant usage on schema public to lesser_gate");
      const { at } = await placedLedger(superuser, format);
      const [schema = "public"] = at.includes(".") ? at.split(".") : [];
      await client.query(
        `grant usage on schema ${schema} to lesser_gate; grant select, insert on ${at} to lesser_gate`,
      );
      await client.query(`set evil.quiet = on; ${planted(at)}`);
      const session = what.startsWith("rows that") ? await testSession(urlAs("least-privilege", url)) : superuser;
      const refused = { code: "NOT-OURS", message: expect.stringMatching(said) };
      await expect(readLedger(session, format, null), what).rejects.toMatchObject(refused);
    }
  });
});
