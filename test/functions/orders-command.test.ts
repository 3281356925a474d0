import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decide } from "../support/aws/function-url.js";
import { GateOnAws, type RunOptions } from "../support/aws/gate-on-aws.js";
import { PACK_KEY } from "../support/aws/pack-key.js";

let gate: GateOnAws;
const began: Promise<unknown>[] = [];
beforeAll(async () => {
  gate = await GateOnAws.create(4);
  gate.fleet.writeConfig({ connectionsPerHost: 1, rollout: { canary: 1, growth: 6, maxWave: 150 } });
  writeFileSync(join(gate.fleet.directory, "pack-key.pem"), PACK_KEY.privateKey);
});
afterAll(() => gate.destroy());
beforeEach(() => {
  gate.aws.onStart = ({ run, release, order }, name) => {
    const execution = `arn:aws:states:eu-central-1:123456789012:execution:gate:${name}`;
    const given: RunOptions =
      order === undefined
        ? { run, release, before: lostBatch() }
        : { run, order: { signed: order, execution }, answer: async () => approveRollback(run) };
    began.push(gate.run(given));
  };
});
afterEach(async () => {
  await Promise.all(began.splice(0));
});

/** The third batch is lost, in the second wave. */
function lostBatch(): (name: string) => void {
  let batches = 0;
  return (name) => {
    batches += Number(name === "Migrate");
    if (name === "Migrate" && batches === 3) throw new Error("the network is gone");
  };
}

async function approveRollback(run: string): Promise<void> {
  const order = gate.artifact<{ order: number }>(run, "order.json")?.order;
  expect((await decide(gate, gate.link(`${run}.rollback-${order}`, "alex"))).statusCode).toBe(303);
}

const command = (...args: string[]) =>
  gate.fleet.run(args, { ...gate.aws.variables(), SCHEMA_GATE_PACK_KEY: "pack-key.pem", SCHEMA_GATE_AUTHOR: "dana" });

async function migrated(): Promise<number> {
  let count = 0;
  for (const id of gate.fleet.tenants)
    count += await gate.fleet.inTenant(id, async (client) => {
      const { rows } = await client.query("select count(*)::int as versions from schema_gate.ledger");
      return Number(rows[0].versions > 1);
    });
  return count;
}

async function haltedRun(): Promise<string> {
  const result = await command("run", "--aws");
  expect(result.code, result.stderr).toBe(1);
  expect(result.stdout).toMatch(/outcome\s+halted/);
  return /^Run (\S+)$/m.exec(result.stderr)?.[1] ?? "";
}

describe("a run on AWS that halted (simulated)", () => {
  it("is shown, taken back and shown again, from a terminal", async () => {
    const run = await haltedRun();
    expect(await migrated()).toBe(3);
    const evidence = JSON.stringify(gate.artifact(run, "evidence.json"));
    expect(evidence).toContain(`schema-gate resume ${run} --aws`);
    expect(evidence).not.toMatch(/"command":"schema-gate (resume|rollback|run)(?![^"]* --aws")[^"]*"/);

    const shown = await command("status", "--aws");
    expect(shown.stdout).toContain(`${run}  `);
    expect(shown.stdout).toContain(`halted  3 of 4 tenants migrated  → schema-gate resume ${run} --aws`);
    const dry = await command("rollback", run, "--aws", "--dry-run");
    expect(dry.code, dry.stderr).toBe(0);
    const listed = gate.fleet.tenants.filter((tenant) => dry.stdout.includes(`${tenant}  roll back`));
    expect(listed).toHaveLength(3);
    expect(await migrated()).toBe(3);

    const [without = ""] = gate.fleet.tenants.filter((tenant) => !listed.includes(tenant));
    const stranger = await command("rollback", run, "--aws", "--tenant", without);
    expect(stranger).toMatchObject({ code: 2, stderr: expect.stringContaining("has migrated no tenant") });

    const back = await command("rollback", run, "--aws");
    expect(back.code, back.stderr + back.stdout).toBe(0);
    expect(back.stdout).toMatch(/outcome\s+rolled back/);
    expect(await migrated()).toBe(0);
    const again = await command("status", run, "--aws", "--json");
    expect(JSON.parse(again.stdout)).toEqual([
      expect.objectContaining({ run, state: "rolled back", migrated: 0, tenants: 4, next: null }),
    ]);
    const nothing = await command("rollback", run, "--aws");
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining("no tenant has the release") });
    const over = await command("resume", run, "--aws");
    expect(over).toMatchObject({ code: 2, stderr: expect.stringContaining("has ended: rolled back") });
  }, 300_000);

  it("goes on, by an order, and is not taken as another while it is at work", async () => {
    const run = await haltedRun();
    const execution = gate.aws.executions.get(run);
    if (execution) execution.status = "RUNNING";
    expect(await command("resume", run, "--aws")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("running"),
    });
    expect(await command("rollback", run, "--aws")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("has not ended yet"),
    });
    if (execution) execution.status = "FAILED";
    const result = await command("resume", run, "--aws");
    expect(result.code, result.stderr + result.stdout).toBe(0);
    expect(result.stdout).toMatch(/outcome\s+passed/);
    expect(await migrated()).toBe(4);
  }, 300_000);

  it("is redriven where its execution was stopped", async () => {
    const execution = { name: "stopped", machine: "gate", input: "", status: "ABORTED" };
    gate.aws.executions.set("stopped", execution);
    gate.aws.s3.put("runs/stopped/input.json", JSON.stringify({ release: "inputs/x.json.gz", execution: "stopped" }));
    gate.aws.onRedrive = (redriven) => void setTimeout(() => (redriven.status = "SUCCEEDED"), 0);
    const result = await command("resume", "stopped", "--aws");
    expect(result.stderr).toContain("Run stopped, redriven");
    expect(execution).toMatchObject({ redriven: 1 });
    const unknown = await command("resume", "unheard-of", "--aws");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("the stack knows no run unheard-of") });
  }, 120_000);
});
