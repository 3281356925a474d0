import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { type CommandResult, ended, TestFleet, until } from "../../support/fleet.js";

/** Every message names the object and the reason, and no stack trace is printed. */
function says(result: CommandResult, code: number, ...parts: readonly (string | RegExp)[]): void {
  expect(result.code, result.stderr).toBe(code);
  const text = result.stderr + result.stdout;
  for (const part of parts) expect(text).toMatch(part);
  expect(text).not.toMatch(/\n\s+at (?:async )?[\w.<>]+ \(|\n\s+at file:/);
}

describe("bad input", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(8);
  });
  afterAll(() => fleet.destroy());
  afterEach(() => {
    fleet.writeRegistry(fleet.tenants);
    fleet.writeConfig({});
  });

  it("a tenant listed twice", async () => {
    fleet.writeRegistry([...fleet.tenants, "003-apac"].map((id, at) => (at === 8 ? (fleet.tenants[2] ?? id) : id)));
    says(await fleet.run(["check"]), 2, /tenants\.csv lists the tenant 003-\w+ twice/, /next: correct the registry/);
  });

  it("an empty registry", async () => {
    fleet.writeRegistry([]);
    says(await fleet.run(["check"]), 2, /tenants\.csv lists no tenant/);
  });

  it("a registry that is not there", async () => {
    fleet.writeConfig({ registry: { file: "nowhere.csv" } });
    says(await fleet.run(["check"]), 2, /nowhere\.csv could not be read: ENOENT/);
  });

  it("an unreachable tenant blocks, and is named", async () => {
    const [first = ""] = fleet.tenants;
    fleet.writeRegistry(fleet.tenants, { [first]: "postgres://postgres@127.0.0.1:1/nothing" });
    says(await fleet.run(["check"]), 1, new RegExp(`Tenant ${first}`), /ECONNREFUSED/, /Start the server/);
  });

  it("a database that does not exist", async () => {
    const [first = ""] = fleet.tenants;
    fleet.writeRegistry(fleet.tenants, { [first]: `postgres://postgres@127.0.0.1:${fleet.server.port}/gone` });
    says(await fleet.run(["check"]), 1, new RegExp(`Tenant ${first}`), /"gone" does not exist/);
  });

  it("a wrong password", async () => {
    const result = await fleet.run(["check"], { TENANT_PASSWORD: "not-the-password" });
    says(result, 1, /password authentication failed/, /Correct the password/);
    expect(result.stderr + result.stdout).not.toContain("not-the-password");
  });

  it("a secret that is not set", async () => {
    says(await fleet.run(["check"], { TENANT_PASSWORD: "" }), 2, /environment variable TENANT_PASSWORD is not set/);
  });

  it("a migration that does not parse", async () => {
    const folder = join(fleet.directory, "migrations");
    cpSync(join(packageRoot(), "examples", "demo", "migrations"), folder, { recursive: true });
    writeFileSync(join(folder, "20240201_broken.up.sql"), "ALTER TABLE app.users ADD COLUM x int;\n");
    fleet.writeConfig({ migrations: "migrations" });
    says(await fleet.run(["check"]), 1, /20240201_broken\.up\.sql/, /syntax error/);
  });

  it("an empty folder of migrations", async () => {
    mkdirSync(join(fleet.directory, "none"), { recursive: true });
    fleet.writeConfig({ migrations: "none" });
    const result = await fleet.run(["check"]);
    expect([1, 3]).toContain(result.code);
    expect(result.stderr).toMatch(/migration/);
  });

  it("a config with an unknown key", async () => {
    fleet.writeConfig({ rolout: { canary: 5 } });
    says(await fleet.run(["check"]), 2, /unknown key rolout/);
  });

  it("a config that is not there", async () => {
    says(
      await fleet.run(["check", "--config", "absent.yaml"]),
      2,
      /absent\.yaml could not be read/,
      /schema-gate init/,
    );
  });

  it("a wave of 0 and thresholds out of order", async () => {
    fleet.writeConfig({ rollout: { canary: 0 }, thresholds: { ask: 0.9, quorum: 0.5, block: 0.7 } });
    says(await fleet.run(["check"]), 2, /canary/, /thresholds/);
  });

  it("a canary group without a tenant", async () => {
    fleet.writeConfig({ rollout: { canary: "pilots" } });
    says(await fleet.run(["check"]), 2, /canary group pilots has no tenant/, /correct the registry or the config/);
  });

  it("a run that nobody could approve", async () => {
    fleet.writeConfig({ approval: { approvers: [] } });
    says(await fleet.run(["run"]), 2, /nobody could approve/);
  });

  it("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    fleet.writeConfig({ approval: { approvers: [{ id: userInfo().username }], port } });
    const result = await fleet.run(["run"]);
    taken.close();
    says(result, 3, new RegExp(`port ${port}`), /in use/, /resume/);
  });

  it.skipIf(!canMount())(
    `a full disk${canMount() ? "" : " (skipped: a small file system can be mounted by root on Linux only)"}`,
    async () => {
      const small = join(fleet.directory, "small");
      mkdirSync(small);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
      try {
        for (const name of ["schema-gate.yaml", "tenants.csv"]) {
          cpSync(join(fleet.directory, name), join(small, name));
        }
        says(await fleet.run(["check", "--config", join(small, "schema-gate.yaml")]), 3, /no space left/, /small/);
      } finally {
        execFileSync("umount", [small]);
      }
    },
  );

  it("an unknown run, an unknown command, an unknown option", async () => {
    says(await fleet.run(["resume", "no-such-run"]), 2, /no run no-such-run/);
    says(await fleet.run(["chekc"]), 2, /unknown command/);
    says(await fleet.run(["check", "--fats"]), 2, /unknown option/);
  });

  it("Ctrl-C in the middle of a wave: no tenant is half migrated, and the run goes on later", async () => {
    const earlier = fleet.runs().length;
    const child = fleet.start(["run"]);
    const end = ended(child);
    await until(() => fleet.runs().length > earlier && isWaiting(fleet), "the run waits for its approval");
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    await until(() => child.exitCode !== null || migratedSome(fleet), "a tenant is migrated");
    child.kill("SIGINT");
    const result = await end;
    if (result.code === 0) return expect(result.stdout).toContain("8 migrated");
    says(result, 3, /Interrupted/, /schema-gate resume/);
    const resumed = await fleet.run(["resume", "--json"]);
    says(resumed, 0);
    expect(JSON.parse(resumed.stdout).tenants).toEqual({ total: 8, migrated: 8 });
    for (const id of fleet.tenants) {
      const n = await fleet.inTenant(id, async (client) => {
        const { rows } = await client.query(
          "select count(*)::int as n from schema_gate.ledger where version = '20240115'",
        );
        return rows[0].n;
      });
      expect(n, databaseName(id)).toBe(1);
    }
  }, 180_000);
});

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  return spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
}

function isWaiting(fleet: TestFleet): boolean {
  return readText(fleet, "audit.jsonl").includes('"approval.requested"');
}

function migratedSome(fleet: TestFleet): boolean {
  return readText(fleet, "audit.jsonl").includes('"wave.finished"');
}

function readText(fleet: TestFleet, name: string): string {
  try {
    return readFileSync(join(fleet.runFolder(), name), "utf8");
  } catch {
    return "";
  }
}
