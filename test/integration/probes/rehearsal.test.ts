import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { schemaGate } from "../../support/captured-io.js";
import { temporaryDatabase } from "../../support/postgres.js";

const BASE =
  "create table t (id int primary key, a int, repair boolean, u int); create table other (id int primary key); create function zero() returns int language sql as 'select 0';";
const LEDGER =
  "create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (1, false);";

/** Tenants by name and the rows of t: the largest stands for its cluster. */
const ROWS: Readonly<Record<string, string>> = {
  large: "insert into t select i, i, true, i from generate_series(1, 5000) i",
  repaired: "insert into t values (1, null, true, 1), (2, 2, true, 1)",
  broken: "insert into t values (1, null, false, 1), (2, 2, false, 1)",
  empty: "insert into other values (1)",
};

interface Checked {
  readonly code: number;
  readonly statuses: Readonly<Record<string, string>>;
  readonly findings: readonly {
    readonly code: string;
    readonly tenants?: readonly string[];
    readonly message: string;
  }[];
  readonly probes: readonly { readonly unknown: readonly { readonly tenant: string }[] }[];
}

async function check(
  release: string,
  tenants: readonly string[],
  config: object = {},
  rowsOf: Readonly<Record<string, string>> = {},
): Promise<Checked> {
  const directory = mkdtempSync(join(tmpdir(), "rehearsal-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "m"));
  writeFileSync(join(directory, "m", "000001_base.up.sql"), BASE);
  writeFileSync(join(directory, "m", "000002_next.up.sql"), release);
  const rows: string[] = [];
  for (const tenant of tenants) {
    const { url, client } = await temporaryDatabase("18", `${BASE} ${LEDGER} ${rowsOf[tenant] ?? ROWS[tenant]}`);
    // A template must have no connections.
    await client.end();
    rows.push(`${tenant},${url}`);
  }
  writeFileSync(join(directory, "tenants.csv"), ["id,url", ...rows, ""].join("\n"));
  const whole = {
    migrations: "m",
    convention: "golang-migrate",
    registry: { file: "tenants.csv" },
    connection: { superuser: "a server of the tests alone" },
    staging: { mode: "same host" },
    requester: "pipeline",
    approval: { approvers: [{ id: userInfo().username }] },
    application: [],
    ...config,
  };
  writeFileSync(join(directory, "schema-gate.yaml"), JSON.stringify(whole));
  const { code } = await schemaGate(directory, ["check"]);
  const runs = join(directory, ".schema-gate", "runs");
  const [run = ""] = readdirSync(runs);
  const evidence = JSON.parse(readFileSync(join(runs, run, "evidence.json"), "utf8"));
  const rehearsals: { tenant: string; status: string }[] = evidence.rehearsals ?? [];
  const statuses = Object.fromEntries(rehearsals.map(({ tenant, status }) => [tenant, status]));
  return { code, statuses, findings: evidence.findings, probes: evidence.probes };
}

const errors = ({ findings }: Checked) =>
  findings
    .filter((finding) => (finding as { severity?: string }).severity === "error")
    .map(({ code, tenants }) => `${code} ${tenants?.join()}`);

/** Releases that repair rows first and constrain them then: they run on every tenant but `broken`. */
const MENDED: readonly (readonly [string, string])[] = [
  [
    "an UPDATE by a function before SET NOT NULL",
    "update t set a = zero() where a is null and repair; alter table t alter a set not null;",
  ],
  [
    "a DELETE before UNIQUE",
    "delete from t where repair and id > (select min(id) from t) + zero(); alter table t add constraint t_u unique (u);",
  ],
  [
    "a DO loop before CHECK",
    "do $$ declare r record; begin for r in select id from t where repair and a is null loop update t set a = 1 where id = r.id; end loop; end $$; alter table t add constraint t_a check (a is not null);",
  ],
  [
    "an INSERT … SELECT before a foreign key",
    "insert into other select distinct u from t where repair on conflict do nothing; alter table t add constraint t_other foreign key (u) references other;",
  ],
];

describe("a NOT NULL column without a default", () => {
  const release = "alter table t add column c int not null;";
  // The file of the table is not empty, so only the probe knows that no row is left.
  const emptied = `${ROWS.large}; delete from t`;

  it("passes where no tenant has a row, and stays an error where one has", { timeout: 120_000 }, async () => {
    const passed = await check(release, ["emptied", "empty"], {}, { emptied });
    expect(errors(passed)).toEqual([]);
    expect(passed.findings.map(({ code }) => code)).toContain("SG001");
    const blocked = await check(release, ["emptied", "repaired"], {}, { emptied });
    expect(errors(blocked).map((each) => each.split(" ")[0])).toEqual(["SG001", "probe.new-not-null-column"]);
  });
});

describe("a release that repairs its rows first", () => {
  it.each(MENDED)("passes where a clone of the tenant says so: %s", { timeout: 120_000 }, async (_, release) => {
    const passed = await check(release, ["large", "repaired", "empty"]);
    expect(errors(passed)).toEqual([]);
    expect(passed.code).toBe(0);
    expect(passed.statuses).toMatchObject({ large: "proved", repaired: "ran" });
    expect(passed.probes.flatMap(({ unknown }) => unknown)).toEqual([]);
  });

  it.each(MENDED)("is blocked for the tenant on whose clone it fails: %s", { timeout: 120_000 }, async (_, release) => {
    const blocked = await check(release, ["large", "broken"]);
    expect(errors(blocked)).toEqual(["probe.rehearsal-failed broken"]);
    expect(blocked.statuses).toEqual({ large: "proved", broken: "failed" });
    expect(blocked.code).toBe(1);
  });

  it("clones no tenant whose tables are empty", { timeout: 120_000 }, async () => {
    const [, [, release] = ["", ""]] = MENDED;
    expect((await check(release, ["large", "empty"])).statuses).toEqual({ large: "proved", empty: "empty" });
  });

  it("names the size and the setting of a tenant that is too large to clone", { timeout: 120_000 }, async () => {
    const [, [, release] = ["", ""]] = MENDED;
    const blocked = await check(release, ["large", "repaired"], { rehearsals: { largest: "1MB" } });
    expect(errors(blocked)).toEqual(["probe.too-large-to-clone repaired", "probe.unique repaired"]);
    const message = blocked.findings.find(({ code }) => code === "probe.too-large-to-clone")?.message;
    expect(message).toMatch(
      /tenant repaired .* too large to clone: its database has [\d.]+ MB, and rehearsals\.largest is 1MB/,
    );
  });

  it("says what took too long", { timeout: 120_000 }, async () => {
    const release =
      "update t set a = 0 where a is null and zero() = 0 and (select count(*) from generate_series(1, case when repair then 1 else 100000000 end)) > 0; alter table t alter a set not null;";
    const blocked = await check(release, ["large", "broken"], { rehearsals: { timeout: "100ms" } });
    expect(blocked.findings.find(({ code }) => code === "probe.not-rehearsed")?.message).toContain(
      "rehearsals.timeout",
    );
    expect(blocked.code).toBe(1);
  });
});
