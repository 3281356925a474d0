import { beforeAll, describe, expect, it } from "vitest";
import { checkContract } from "../../../lib/core/contract/check.js";
import { type Contract, countContract, type Requirement } from "../../../lib/core/contract/contract.js";
import { contractOf } from "../../../lib/core/release/contract-of.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { filesOf } from "../../support/release-files.js";
import { testSession } from "../../support/session.js";

const BASELINE = `create schema app; create schema billing;
  create table app.users (id bigint primary key, tenant_id int, quota_limit int);
  create table billing.plans (id int primary key);
  create table billing.subscriptions (id int primary key, plan_id int, tenant_id int);`;

const UP = `alter table app.users alter column quota_limit set not null;
alter table app.users add column quota_used integer not null default 0;
alter table app.users add column quota_resets_at timestamptz;
create index if not exists idx_tenant_quota on app.users (tenant_id, quota_limit);
create index if not exists idx_tenant_quota on billing.subscriptions (tenant_id);
create unique index idx_users_quota_key on app.users (tenant_id, id);
alter table billing.subscriptions add constraint subscriptions_plan foreign key (plan_id) references billing.plans (id);`;

const RUST = `#[deploy_schema_migration]
pub async fn add_tenant_quota(pool: &PgPool) -> Result<(), GateError> {
    validate_schema_divergence(pool).await?;
    validate_column_compatibility("users", "quota_limit", ColumnType::Int)?;
    execute_migration_with_rollback(pool, "add_tenant_quota", ISOLATION_LEVEL::Serializable).await?;
    verify_index_cardinality(pool, "idx_tenant_quota").await?;
    Ok(())
}`;

async function release(rust = RUST, up = UP) {
  return readRelease(
    filesOf({
      "20240101_baseline.up.sql": BASELINE,
      "20240115_add_tenant_quota.up.sql": up,
      "20240115_add_tenant_quota.down.sql": "drop index app.idx_users_quota_key;",
      "20240115_add_tenant_quota.rs": rust,
    }),
  );
}

async function contractOfUp(up: string): Promise<Contract> {
  const { migrations } = await readRelease(filesOf({ "1_base.up.sql": BASELINE, "2_next.up.sql": up }));
  return contractOf(migrations.slice(1), migrations);
}

const told = (requirement: Requirement) =>
  requirement.kind === "column"
    ? `${requirement.when} ${requirement.table.schema}.${requirement.table.name}.${requirement.column} ${requirement.present}`
    : `${requirement.when} ${requirement.kind}`;

describe("a migration whose Rust code says how its SQL runs", () => {
  it("is one migration, with the isolation level and the checks of the code", async () => {
    const { migrations, findings } = await release();
    expect(findings).toEqual([]);
    expect(migrations.map(({ version, up }) => [version, up.language, up.isolation, up.statements.length])).toEqual([
      ["20240101", "sql", "read committed", 5],
      ["20240115", "rust", "serializable", 7],
    ]);
    expect(migrations[1]?.expects?.checks.map(({ check, subject, source }) => [check, subject, source.line])).toEqual([
      ["schema-divergence", "", 3],
      ["index-cardinality", "idx_tenant_quota", 6],
    ]);
  });

  it("has a contract of three columns, two index names and one foreign key", async () => {
    const { migrations } = await release();
    const contract = contractOf(migrations.slice(1), migrations);
    expect(countContract(contract)).toEqual({ columns: 3, indexes: 2, foreignKeys: 1 });
  });

  it("joins what code and SQL say of one column, the schema found by the only table of that name", async () => {
    const { migrations } = await release();
    const { requirements } = contractOf(migrations.slice(1), migrations);
    const limit = requirements.filter((each) => each.kind === "column" && each.column === "quota_limit");
    expect(limit).toMatchObject([
      { when: "before", table: { schema: "app", name: "users" }, type: "integer", nullable: null, source: { line: 4 } },
      {
        when: "after",
        type: "integer",
        nullable: false,
        source: { file: "20240115_add_tenant_quota.up.sql", line: 1 },
      },
    ]);
  });

  it("blocks when the code names another migration, runs none, or is given a type that is not known", async () => {
    const codes = async (rust: string) => (await release(rust)).findings.map(({ code }) => code);
    expect(await codes(RUST.replace('"add_tenant_quota"', '"another"'))).toEqual(["release.opaque"]);
    expect(await codes(RUST.replace(/ *execute_migration.*\n/, ""))).toEqual(["release.opaque"]);
    expect(await codes(RUST.replace("ColumnType::Int", "kind()"))).toEqual(["release.opaque"]);
    expect(await codes(RUST.replace("validate_schema_divergence(pool)", "surprise(pool)"))).toEqual(["release.opaque"]);
  });
});

describe("the contract of several statements", () => {
  it("needs nothing before that an earlier statement makes", async () => {
    const { requirements } = await contractOfUp(
      "create table app.t (a int); alter table app.t alter column a set not null;",
    );
    expect(requirements.filter(({ when, present }) => when === "before" && present)).toEqual([]);
    expect(requirements.map(told)).toContain("after app.t.a true");
  });

  it("keeps nothing after that a later statement drops", async () => {
    const { requirements } = await contractOfUp(
      "create table app.t (a int); create index i on app.t (a); drop table app.t;",
    );
    expect(requirements.filter(({ when, present }) => when === "after" && present)).toEqual([]);
  });

  it("takes what stands under a condition as left, not as needed", async () => {
    const { requirements } = await contractOfUp(
      "do $$ begin if not exists (select from pg_tables where tablename = 'gone') then alter table app.users add column x int; end if; end $$;",
    );
    expect(requirements.map(told)).toEqual(["after app.users.x true"]);
  });
});

describe("a tenant's catalog against the contract", () => {
  let contract: Contract;
  beforeAll(async () => {
    const { migrations } = await release();
    contract = contractOf(migrations.slice(1), migrations);
  });

  async function failures(moment: "before" | "after", script: string) {
    const { url } = await temporaryDatabase("18", script);
    const catalog = await readCatalog(await testSession(url, "read"), null);
    return checkContract(contract, moment, catalog, { searchPath: ["public"] }).map(
      ({ code, subject }) => `${code} ${subject.name}`,
    );
  }

  it("finds nothing where it can run, and nothing where it ran", async () => {
    expect(await failures("before", BASELINE)).toEqual([]);
    expect(await failures("after", BASELINE + UP)).toEqual([]);
  });

  it("finds each thing that is missing after", async () => {
    expect(await failures("after", BASELINE)).toEqual([
      "contract.column-nullable app.users.quota_limit",
      "contract.column-missing app.users.quota_used",
      "contract.column-missing app.users.quota_resets_at",
      "contract.index-missing idx_tenant_quota",
      "contract.index-missing idx_tenant_quota",
      "contract.index-missing idx_users_quota_key",
      "contract.foreign-key-missing billing.subscriptions (plan_id)",
    ]);
  });

  it("finds another type before, and a column that is already there", async () => {
    const drifted = `${BASELINE} alter table app.users alter column quota_limit type bigint; alter table app.users add column quota_used int;`;
    expect(await failures("before", drifted)).toEqual([
      "contract.column-type app.users.quota_limit",
      "contract.column-present app.users.quota_used",
    ]);
  });

  it("is not satisfied by an index of the right name and other keys, nor by another default", async () => {
    const masked = `${BASELINE} create index idx_tenant_quota on app.users (id); ${UP} alter table app.users alter column quota_used set default 7;`;
    expect(await failures("after", masked)).toEqual([
      "contract.column-default app.users.quota_used",
      "contract.index-keys idx_tenant_quota",
    ]);
  });
});
