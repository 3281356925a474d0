import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { Finding } from "../../../lib/core/finding.js";
import { TestFleet } from "../../support/fleet.js";
import { MAJORS } from "../../support/majors.js";

describe.each(MAJORS)("queries in a run, on %s", (major) => {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await TestFleet.create(3, "clean", major);
  }, 180_000);
  afterAll(() => fleet.destroy());

  function findings(): readonly Finding[] {
    const { findings: all } = JSON.parse(readFileSync(join(fleet.runFolder(), "evidence.json"), "utf8")) as {
      findings: Finding[];
    };
    return all.filter(({ gate }) => gate === "queries");
  }

  const write = (name: string, sql: string) => writeFileSync(join(fleet.directory, name), sql);

  it("passes where every query works, and says what each version means for the rollout", async () => {
    write("fine.sql", "select quota_limit from app.users where id = 'secret'; select quota_used from app.users");
    fleet.writeConfig({ workload: { sql: ["fine.sql"], statistics: true } });
    const check = await fleet.run(["check"]);
    expect(check.code, check.stdout + check.stderr).toBe(0);
    expect(findings().map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      ...fleet.tenants.map(() => "note queries.incomplete"),
      "note queries.versions",
    ]);
    expect(findings().at(-1)?.message).toMatch(/the current version needs the release: 1 query/);
    expect(readFileSync(join(fleet.runFolder(), "workload.json"), "utf8")).not.toContain("secret");
  }, 180_000);

  it("blocks where a query of what is deployed breaks, and names it in the report and in SARIF", async () => {
    write("old.sql", "select created_at from app.users where id = $1; select * from app.users");
    cpSync(join(packageRoot(), "examples", "demo", "migrations"), join(fleet.directory, "migrations"), {
      recursive: true,
    });
    write("migrations/20240201_drop.up.sql", "ALTER TABLE app.users DROP COLUMN created_at;\n");
    const migrations = "migrations";
    fleet.writeConfig({ migrations, workload: { sql: ["old.sql"], statistics: false } });
    const check = await fleet.run(["check"]);
    expect(check.code, check.stdout + check.stderr).toBe(1);
    expect(findings().map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "error queries.breaks",
      "warning queries.retyped",
      "note queries.versions",
    ]);
    const report = async (format: string) =>
      (await fleet.run(["report", fleet.runs().at(-1) ?? "", "--format", format])).stdout;
    const sarif = JSON.parse(await report("sarif"));
    expect(JSON.stringify(sarif.runs[0].results)).toContain("queries.breaks");
    expect(sarif.runs[0].properties.queries).toMatchObject([
      {
        rows: [{ version: null, queries: 2, breaks: 1, needs: 0, retyped: 1 }],
        advice: { waves: "no", first: "code" },
      },
    ]);
    const said =
      /the current version +works +1 query breaks, 1 with other columns\n.*the current version breaks: 1 query\./;
    expect(check.stdout).toMatch(said);
    expect(await report("text")).toMatch(said);
    expect(await report("markdown")).toMatch(
      /^\| the current version \| \w+ \| works \| 1 query breaks, 1 with other columns \| 2 \|$/m,
    );
    expect(readFileSync(join(fleet.runFolder(), "report.html"), "utf8")).toContain('<section id="queries"');
    const accepted = findings()[0]?.subject.name ?? "";
    fleet.writeConfig({
      migrations,
      workload: {
        sql: ["old.sql"],
        statistics: false,
        accept: [{ query: accepted, reason: "never sent any more", expires: "2999-01-01" }],
      },
    });
    const again = await fleet.run(["check"]);
    expect(again.code, again.stdout + again.stderr).toBe(0);
  }, 180_000);

  it("blocks where everything must be examined and something was not", async () => {
    write("more.sql", "select 1; vacuum app.users");
    fleet.writeConfig({ workload: { sql: ["more.sql"], statistics: false, required: true } });
    expect((await fleet.run(["check"])).code).toBe(1);
    expect(findings()[0]).toMatchObject({ code: "queries.unexamined", severity: "error", unknown: true });
  }, 180_000);

  it("refuses a source that is not there before there is a run", async () => {
    const before = fleet.runs().length;
    fleet.writeConfig({ workload: { versions: ["v1.8"] } });
    const check = await fleet.run(["check"]);
    expect(check.code).toBe(2);
    expect(check.stderr).toMatch(/version v1\.8: .*lies in no git repository/);
    expect(fleet.runs()).toHaveLength(before);
  }, 60_000);

  describe("in the first tenant that has the release", () => {
    const admin = (sql: string) => fleet.inTenant(fleet.tenants[0] ?? "", (client) => client.query(sql));
    const LOGIN = "shop_login";

    it("stops after the canary where a query fails there, and goes on when it works again", async () => {
      await admin(`create role ${LOGIN} superuser; alter role ${LOGIN} set search_path = app`);
      write("login.sql", "select id from users where id = $1; delete from users where id = $1");
      const rollout = { canary: 1, growth: 6, maxWave: 150, analyze: true };
      fleet.writeConfig({ workload: { sql: ["login.sql"], statistics: false, role: LOGIN }, rollout });
      await admin("analyze");
      const asked = await fleet.run(["run", "--no-wait"]);
      const folder = join(fleet.runFolder(), "queries");
      const [working = ""] = readdirSync(folder).filter((name) => name.endsWith(".working.json"));
      expect(JSON.parse(readFileSync(join(folder, working), "utf8")), asked.stderr).toHaveLength(2);
      // What is told before the approval is what it took on the clone.
      const said = join(fleet.runFolder(), "findings");
      const proofs = readdirSync(said).filter((name) => name.startsWith("dry-run"));
      expect(proofs.map((name) => readFileSync(join(said, name), "utf8")).join("")).toMatch(
        /After the release, rollout\.analyze runs ANALYZE [^:]*: it took \d+ ms on the clone of tenant \S+, about [\d.]+ m?s for \d tenant/,
      );
      expect((await fleet.run(["approve"])).code).toBe(0);
      await admin(`alter role ${LOGIN} set search_path = public`);
      const stopped = await fleet.run(["resume", "--json"]);
      expect(stopped.code, stopped.stdout + stopped.stderr).toBe(1);
      expect(JSON.parse(stopped.stdout).reason).toMatch(
        /queries of the application fail: 2 queries in .*; the first: relation "users" does not exist/,
      );
      expect(JSON.parse(stopped.stdout).tenants.migrated).toBe(1);
      expect(findings().filter(({ code }) => code === "queries.breaks-in-tenant")).toHaveLength(2);
      await admin(`alter role ${LOGIN} set search_path = app`);
      const again = await fleet.run(["resume", "--json"]);
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(findings().filter(({ code }) => code === "queries.breaks-in-tenant")).toEqual([]);
      const { tenants } = JSON.parse(readFileSync(join(fleet.runFolder(), "evidence.json"), "utf8")) as {
        tenants: { id: string; analyzed?: { statement: string; failed: string | null }[] }[];
      };
      expect(tenants[0]?.analyzed).toEqual(
        expect.arrayContaining([
          { statement: 'ANALYZE "app"."users" ("quota_used")', ms: expect.any(Number), failed: null },
        ]),
      );
      const known = "select from pg_stats where schemaname = 'app' and tablename = 'users' and attname = 'quota_used'";
      expect((await admin(known)).rowCount).toBe(1);
    }, 240_000);
  });
});
