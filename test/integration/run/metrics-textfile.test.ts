import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ended, TestFleet, until } from "../../support/fleet.js";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(3);
  mkdirSync(join(fleet.directory, "metrics"));
}, 180_000);
afterAll(() => fleet.destroy());

const file = () => join(fleet.directory, "metrics", "schema_gate.prom");
const text = () => readFileSync(file(), "utf8");
/** The format of a line, as Prometheus' exposition format 0.0.4 has it. */
const LINE = /^(# (HELP|TYPE) schema_gate_\w+ .+|schema_gate_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.]+)$/;

it("writes a whole file that anybody may read, while the run works and at its end", async () => {
  fleet.writeConfig({ metrics: { textfile: "metrics/schema_gate.prom", labels: { env: "staging" } } });
  const child = fleet.start(["check"]);
  const end = ended(child);
  await until(() => existsSync(file()), "the first state is written");
  expect(text()).toMatch(/schema_gate_run_state\{env="staging",state="\w+"\} 1\n/);
  expect(await end).toMatchObject({ code: 0 });
  expect(text()).toContain('schema_gate_run_outcome{env="staging",outcome="passed"} 1\n');
  expect(text()).toContain('schema_gate_tenants{env="staging",phase="Introspect",status="read"} 3\n');
  expect(
    text()
      .trimEnd()
      .split("\n")
      .filter((line) => !LINE.test(line)),
  ).toEqual([]);
  expect(text().endsWith("\n")).toBe(true);
  expect(statSync(file()).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(fleet.directory, "metrics"))).toEqual(["schema_gate.prom"]);
}, 120_000);

it("says once where it cannot be written, and the run goes on", async () => {
  fleet.writeConfig({ metrics: { textfile: "nowhere/schema_gate.prom" } });
  const check = await fleet.run(["check"]);
  expect(check.code, check.stderr).toBe(0);
  expect(check.stderr.match(/The metrics could not be written/g)).toHaveLength(1);
  expect(check.stderr).toContain("nowhere/schema_gate.prom: ENOENT. The run goes on.");
}, 120_000);

it.each([
  [{ textfile: "x.txt" }, "metrics.textfile: expected a file that ends in .prom"],
  [{ textfile: "x.prom", labels: { run: "a" } }, "a label of the gate's own"],
  [{ textfile: "x.prom", labels: { "a-b": "a" } }, "expected the name of a label"],
])(
  "refuses %j",
  async (metrics, message) => {
    fleet.writeConfig({ metrics });
    const check = await fleet.run(["check"]);
    expect(check.code).toBe(2);
    expect(check.stderr).toContain(message);
  },
  60_000,
);
