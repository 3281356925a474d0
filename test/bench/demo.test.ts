import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { executionLogSchema } from "../../lib/core/evidence/execution-log.js";
import { ended } from "../support/fleet.js";

/** Prints how long the demo's 247 tenants take from the first introspection to the question, and to the end. */
it("the demo, 247 tenants", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "schema-gate-bench-"));
  const started = performance.now();
  const child = spawn(process.execPath, [join(packageRoot(), "dist", "bin", "schema-gate.js"), "demo"], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { code, stderr } = await ended(child);
  expect(code, stderr).toBe(0);
  const total = performance.now() - started;
  const folder = join(cwd, ".schema-gate", "runs", readdirSync(join(cwd, ".schema-gate", "runs"))[0] ?? "");
  const log = executionLogSchema.parse(JSON.parse(readFileSync(join(folder, "execution-log.json"), "utf8")));
  const began = log.execution_timeline.find((entry) => entry.phase === "introspection")?.timestamp ?? "";
  const events = readFileSync(join(folder, "audit.jsonl"), "utf8").trim().split("\n");
  const asked = events.map((line) => JSON.parse(line)).find((event) => event.action === "approval.requested");
  const seconds = (Date.parse(asked.at) - Date.parse(began)) / 1000;
  console.log(
    `first introspection to approval question: ${seconds.toFixed(1)} s; whole demo: ${(total / 1000).toFixed(1)} s`,
  );
  for (const { phase, details } of log.execution_timeline)
    console.log(`  ${phase.padEnd(22)} ${String(details.duration_ms)} ms`);
  rmSync(cwd, { recursive: true, force: true });
}, 600_000);
