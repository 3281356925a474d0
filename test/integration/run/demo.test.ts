import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { evidenceSchema } from "../../../lib/core/evidence/evidence.js";
import { executionLogSchema } from "../../../lib/core/evidence/execution-log.js";
import { schemaGate } from "../../support/captured-io.js";
import { ended } from "../../support/fleet.js";

const CLI = join(packageRoot(), "dist", "bin", "schema-gate.js");

describe("the demo without a terminal", () => {
  it("gates, proves, approves and rolls out 247 tenants, and leaves no server behind", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "schema-gate-demo-test-"));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    const child = spawn(process.execPath, [CLI, "demo"], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const { code, stdout, stderr } = await ended(child);
    expect(code, stderr).toBe(0);

    expect(stdout).toContain("247 analyzed, 247 migrated");
    expect(stdout).toMatch(/042-prod: index app\.users\.idx_tenant_quota: missing/);
    expect(stdout).toMatch(/159-legacy: column app\.users\.quota_limit/);
    expect(stderr).toContain("3 columns, 2 indexes, 1 foreign key");
    expect(stderr).toContain("it approves itself");
    expect(stdout + stderr).not.toContain("\u001b[");

    const run = readdirSync(join(cwd, ".schema-gate", "runs"))[0] ?? "";
    const read = (name: string) => readFileSync(join(cwd, ".schema-gate", "runs", run, name), "utf8");
    expect(stdout).toContain(join(cwd, ".schema-gate", "runs", run, "report.html"));
    const evidence = evidenceSchema.parse(JSON.parse(read("evidence.json")));
    expect(evidence.clusters.map((cluster) => cluster.tenants)).toEqual([245, 1, 1]);
    expect(evidence.clusters.every((cluster) => cluster.proof === "proved")).toBe(true);
    const log = executionLogSchema.parse(JSON.parse(read("execution-log.json")));
    expect(log.metrics).toMatchObject({
      tenants_analyzed: 247,
      divergence_issues_found: 2,
      rollback_paths_validated: 247,
    });
    expect(log.metrics.execution_risk_score).toBeGreaterThan(0.01);
    expect(log.metrics.execution_risk_score).toBeLessThan(0.06);
    expect(log.execution_timeline.map((entry) => entry.phase)).toHaveLength(7);

    const password = /"password":"([0-9a-f]{48})"/;
    expect(read("evidence.json")).not.toMatch(password);
    const port = /127\.0\.0\.1:(\d+)/.exec(JSON.stringify(evidence.tenants[0]))?.[1];
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  }, 300_000);
});

it("is no blocked one with so few tenants that nothing would block it", async () => {
  const end = await schemaGate(tmpdir(), ["demo", "--scenario", "blocked", "--tenants", "60"]);
  expect(end.code).toBe(2);
  expect(end.stderr).toContain("--scenario blocked takes 88 tenants or more, not 60");
});
