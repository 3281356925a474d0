import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide } from "../support/aws/function-url.js";
import { approve, GateOnAws } from "../support/aws/gate-on-aws.js";

const ROLLOUT = { canary: 1, growth: 6, maxWave: 150 };
const APPROVE = { state: "Approve", input: { Payload: { approvalSeconds: 3600 } } };

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(4);
  await gate.upload({ connectionsPerHost: 1, rollout: ROLLOUT });
});
afterAll(() => gate.destroy());

const outcome = (run: string) => gate.artifact<{ status: string }>(run, "outcome.json")?.status ?? null;
const attempts = (run: string) =>
  gate.fleet.tenants.map((id) => gate.artifact<{ attempts: number }>(run, `tenants/${id}.json`)?.attempts ?? 0);

/** How many tenants have the release, and that no tenant's ledger has a migration twice. */
async function migrated(): Promise<number> {
  let count = 0;
  for (const id of gate.fleet.tenants) {
    const { rows } = await gate.fleet.inTenant(id, (client) =>
      client.query("select version, count(*)::int as times from schema_gate.ledger group by 1"),
    );
    expect(rows.filter((row) => row.times !== 1)).toEqual([]);
    if (rows.length > 1) count += 1;
  }
  return count;
}

/** What NextWave said last, as it is in the state. */
function wave(): object {
  const said = gate.states.map((text) => JSON.parse(text) as [string, unknown, object]);
  return said.findLast(([name]) => name === "NextWave")?.[2] ?? {};
}

function trail(run: string): readonly { readonly action: string }[] {
  const keys = [...gate.aws.s3.objects.keys()].filter((key) => key.startsWith(`audit/${run}/events/`)).sort();
  return keys.map((key) => JSON.parse(gate.aws.s3.text(key) ?? "") as { action: string });
}

describe("an execution on AWS's services (simulated) that did not end by itself", () => {
  it("is not waited for when its question was answered in the meantime, once it is redriven", async () => {
    const run = "answered";
    const stopped = new AbortController();
    await gate.run({
      run,
      stop: stopped.signal,
      answer: async (_, __, token) => {
        // The execution is stopped, and its token with it.
        gate.aws.waiting.delete(token);
        stopped.abort();
      },
    });
    const answer = await decide(gate, gate.link(run, "alex"), { verdict: "reject", reason: "not today" });
    expect(answer.statusCode).toBe(303);
    const again = await gate.run({
      run,
      from: APPROVE,
      answer: async () => expect.unreachable("nobody is asked again"),
    });
    expect(again.status).toBe("failed");
    expect(outcome(run)).toBe("rejected");
    expect(await migrated()).toBe(0);
  }, 600_000);

  it("is blocked when it failed after its canary; a new run leaves alone the tenant that has the release", async () => {
    const ended = await gate.run({
      run: "failed-after-canary",
      before: (name) => {
        if (name === "VerifyWave") throw new Error("the disk of the function is full");
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("failed-after-canary")).toBe("failed");
    expect(JSON.stringify(gate.artifact("failed-after-canary", "evidence.json"))).toContain(
      "schema-gate resume failed-after-canary --aws",
    );
    expect(await migrated()).toBe(1);
  }, 600_000);

  it("goes on where it was stopped: first at its question, then in the middle of its second wave", async () => {
    const run = "redriven";
    const tokens: string[] = [];
    const asked = new AbortController();
    const first = await gate.run({
      run,
      stop: asked.signal,
      answer: async (_, __, token) => {
        tokens.push(token);
        asked.abort();
      },
    });
    expect(first.status).toBe("stopped");

    const inWave = new AbortController();
    let batches = 0;
    const second = await gate.run({
      run,
      from: APPROVE,
      stop: inWave.signal,
      answer: async (...question) => {
        tokens.push(question[2]);
        await approve(...question);
      },
      before: (name) => {
        if (name !== "Migrate") return;
        batches += 1;
        if (batches < 3) return;
        inWave.abort();
        throw new Error("the process that would migrate the last tenant is gone");
      },
    });
    expect(second.status).toBe("stopped");
    expect(new Set(tokens).size).toBe(2);
    expect(await migrated()).toBe(3);
    expect(outcome(run)).toBeNull();
    const busy = await gate.run({ run: "rival" });
    expect(busy.status).toBe("failed");
    expect(JSON.stringify(gate.artifact("rival", "evidence.json"))).toContain(
      `the run ${run} has been changing tenants`,
    );

    const third = await gate.run({ run, from: { state: "MigrateHosts", input: { wave: wave() } } });
    expect(third.status).toBe("succeeded");
    expect(outcome(run)).toBe("passed");
    expect(await migrated()).toBe(4);
    expect(attempts(run)).toEqual([0, 1, 1, 1]);
    const actions = trail(run).map(({ action }) => action);
    for (const once of ["approval.requested", "approval.given", "audit.sealed"])
      expect(actions.filter((action) => action === once)).toHaveLength(1);
  }, 600_000);
});
