import { describe, expect, it } from "vitest";
import { bindSchemas, ownSchemaOf } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes } from "../../../lib/core/probes/index.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { probed } from "./probing.js";

const baseline = `create schema app; create schema billing;
  create table app.accounts (id bigint generated always as identity primary key, name text not null);
  create table app.users (
    id bigint generated always as identity primary key,
    account_id bigint not null references app.accounts (id),
    email text not null unique,
    quota_key text not null,
    quota_limit integer not null default 1000,
    constraint users_quota_limit_positive check (quota_limit > 0));
  create index idx_tenant_quota on app.users (account_id, quota_limit);
  create table billing.plans (id bigint primary key, name text not null, monthly_cents integer not null);
  create table billing.subscriptions (
    id bigint generated always as identity primary key,
    account_id bigint not null references app.accounts (id),
    plan_id bigint not null,
    started_on date not null)`;

const release = `alter table app.users alter column quota_limit set not null;
  alter table app.users add column quota_used integer not null default 0;
  create index if not exists idx_tenant_quota on app.users (account_id, quota_limit);
  create unique index idx_users_quota_key on app.users (account_id, quota_key);
  alter table billing.subscriptions
    add constraint subscriptions_plan_fkey foreign key (plan_id) references billing.plans (id)`;

const drifted = `${baseline};
  alter table app.users alter quota_limit drop not null;
  insert into app.accounts (name) values ('a');
  insert into app.users (account_id, email, quota_key, quota_limit)
    select 1, 'user' || n, case when n in (4, 5, 6) then 'same' else 'key' || n end,
      case when n in (2, 3, 7) then null else n end from generate_series(1, 9) n;
  insert into billing.plans values (1, 'small', 5), (2, 'large', 50);
  insert into billing.subscriptions (account_id, plan_id, started_on) select 1, n, now() from generate_series(1, 3) n;`;

describe.each(MAJORS)("a release that makes quotas binding, on PostgreSQL %s", (major) => {
  it("names every row that it would trip over, and runs once they are repaired", async () => {
    const tenant = await probed(major, drifted, release);
    expect(tenant.queries.map(({ meaning }) => meaning)).toEqual([
      "rows of app.users where quota_limit is NULL",
      "rows of app.users that repeat (account_id, quota_key) of another row",
      "rows of billing.subscriptions whose plan_id names no row of billing.plans",
    ]);
    expect(await tenant.ask()).toMatchObject([
      { status: "hit", count: 3, keys: ["id=2", "id=3", "id=7"] },
      { status: "hit", count: 2, keys: ["id=5", "id=6"] },
      { status: "hit", count: 1, keys: ["id=3"] },
    ]);
    expect(await tenant.release()).toContain("quota_limit");
    for (const query of tenant.queries) await tenant.repair(query);
    expect((await tenant.ask()).map(({ status }) => status)).toEqual(["pass", "pass", "pass"]);
    expect(await tenant.release()).toBeNull();
  });

  it("has nothing to ask where the schema already says so", async () => {
    const tenant = await probed(major, baseline, release);
    expect(tenant.queries.map(({ code }) => code)).toEqual(["probe.unique", "probe.foreign-key"]);
    expect((await tenant.ask()).map(({ status }) => status)).toEqual(["pass", "pass"]);
  });
});

describe("a tenant that is a schema", () => {
  it("is asked by its own name, whatever that name is", async () => {
    const name = 'Ten"ant a';
    const setup = `create schema "Ten""ant a"; create schema other; create type "Ten""ant a".mood as enum ('x');
      create table "Ten""ant a".t (id int primary key, a int default 0, m "Ten""ant a".mood);
      create table other.t (id int primary key, a int); insert into other.t values (1, null), (2, null);
      insert into "Ten""ant a".t values (7, null, 'x'), (8, 1, 'x'), (9, 1, 'x')`;
    const { url, client } = await temporaryDatabase("18", setup);
    const session = await testSession(url, "read");
    const release = "alter table t alter a set not null; create unique index on t (a); alter table t drop m";
    const { statements } = testScript(release, "r.sql");
    const queries = deriveProbes(statements, await readCatalog(session, name));
    const options = { timeout: 10_000, costLimit: 1e8, schema: name, clock: testClock };
    const results = [];
    for (const query of queries) results.push(await runProbe(session, query, options));
    expect(queries.map(({ meaning }) => meaning)).toEqual([
      "rows of t where a is NULL",
      "rows of t that repeat a of another row",
      "objects that need t.m",
    ]);
    expect(results).toMatchObject([
      { status: "hit", count: 1, keys: ["id=7"] },
      { status: "hit", count: 1, keys: ["id=9"] },
      { status: "pass" },
    ]);
    for (const query of [...queries].reverse()) {
      if (query.repair !== null) await client.query(bindSchemas(query.repair, name));
    }
    expect((await client.query('select id, a from "Ten""ant a".t order by id')).rows).toEqual([
      { id: 7, a: 0 },
      { id: 8, a: 1 },
    ]);
    const kept = await client.query(
      `select names, was, became from ${identifier(ownSchemaOf(name))}.repaired_rows order by taken`,
    );
    const names = ["id", "a", "m"];
    expect(kept.rows).toEqual([
      { names, was: "(9,1,x)", became: null },
      { names, was: "(7,,x)", became: "(7,0,x)" },
    ]);
  });
});
