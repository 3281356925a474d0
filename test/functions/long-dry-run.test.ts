import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import type { Finding } from "../../lib/core/finding.js";
import { GateOnAws } from "../support/aws/gate-on-aws.js";

/** What a step keeps back of its time, by default. */
const RESERVE_MS = 45_000;

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
});
afterAll(() => gate.destroy());

const outcome = (run: string) => gate.artifact<{ status: string }>(run, "outcome.json")?.status;
/** Time for a dry run in a function: as much as it keeps back, and a little more. */
const short = (more: number) => (name: string) => (name === "DryRun" ? RESERVE_MS + more : 900_000);

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: gate.fleet.server.url("postgres") });
  await client.connect();
  return work(client).finally(() => client.end());
}

const databases = () =>
  onServer(async (client) => (await client.query("select datname from pg_database order by 1")).rows);

/** Every gate before the question passed, with the proof of one build; nobody answered. */
function provedByBuild(run: string): void {
  const builds = gate.builds.filter((build) => build.SCHEMA_GATE_TASK_RUN === run);
  expect(builds).toEqual([
    { SCHEMA_GATE_TASK_STEP: "DryRun", SCHEMA_GATE_TASK_RUN: run, SCHEMA_GATE_TASK_CLUSTER: expect.any(String) },
  ]);
  const { findings } = gate.artifact<{ findings: readonly Finding[] }>(run, "evidence.json") ?? { findings: [] };
  expect(findings.filter((finding) => finding.severity === "error").map((finding) => finding.code)).toEqual([]);
  expect(outcome(run)).toBe("expired");
}

describe("a dry run that a Lambda has no time for", () => {
  it("is never begun there when no time is left, and is made by the long task", async () => {
    await gate.run({ run: "long-from-the-start", remaining: short(0), answer: async () => {} });
    provedByBuild("long-from-the-start");
  });

  it("is cancelled when it takes longer, and is made by the long task, which leaves no clone behind", async () => {
    const there = await databases();
    // A database that somebody is connected to is not copied: the server waits for five seconds until they are gone.
    const busy = gate.fleet.tenants.map((id) => {
      const client = new pg.Client({ connectionString: gate.fleet.server.url(databaseName(id)) });
      client.on("error", () => {});
      return client;
    });
    await gate.run({
      run: "long-in-its-middle",
      remaining: short(1500),
      answer: async () => {},
      before: async (name) => {
        if (name === "DryRun") for (const client of busy) await client.connect();
      },
      task: async () => {
        const sql = "select query from pg_stat_activity where state = 'active' and query ilike 'create database%'";
        expect((await onServer((client) => client.query(sql))).rows).toEqual([]);
        for (const client of busy) await client.end();
      },
    });
    provedByBuild("long-in-its-middle");
    expect(await databases()).toEqual(there);
  });

  it("blocks when the build cannot be started, or does not end well", async () => {
    const ended = await gate.run({
      run: "build-failed",
      remaining: short(0),
      task: async () => {
        throw Object.assign(new Error("the build was stopped"), { name: "States.TaskFailed" });
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("build-failed")).toBe("blocked");
    expect(JSON.stringify(gate.artifact("build-failed", "evidence.json"))).toContain("dry-run.lost");
  });
});
