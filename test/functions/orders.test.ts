import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signOrder } from "../../lib/adapters/aws/sign-order.js";
import type { OrderBody } from "../../lib/core/policy/order.js";
import { decide } from "../support/aws/function-url.js";
import { type Answer, GateOnAws } from "../support/aws/gate-on-aws.js";
import { newPackKey, PACK_KEY } from "../support/aws/pack-key.js";

const ROLLOUT = { canary: 1, growth: 6, maxWave: 150 };

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(4);
  await gate.upload({ connectionsPerHost: 1, rollout: ROLLOUT });
});
afterAll(() => gate.destroy());

const { parse, stringify } = JSON;
const outcome = (run: string) => gate.artifact<{ status: string; reason: string }>(run, "outcome.json");
const trail = (run: string) =>
  [...gate.aws.s3.objects.keys()]
    .filter((key) => key.startsWith(`audit/${run}/events/`))
    .sort()
    .map(
      (key) => parse(gate.aws.s3.text(key) ?? "") as { seq: number; action: string; actor: string; details: object },
    );
const actions = (run: string) => trail(run).map(({ action }) => action);
const nobody: Answer = async () => expect.unreachable("somebody was asked");

/** Ids of the tenants that have the release, by their ledgers. */
async function migrated(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of gate.fleet.tenants) {
    const { rows } = await gate.fleet.inTenant(id, (client) =>
      client.query("select count(*)::int as versions from schema_gate.ledger"),
    );
    if (rows[0].versions > 1) found.push(id);
  }
  return found;
}

/** Halted in its second wave: one batch of it is lost. */
async function halted(run: string): Promise<void> {
  let batches = 0;
  const ended = await gate.run({
    run,
    before: (name) => {
      if (name !== "Migrate") return;
      batches += 1;
      if (batches === 3) throw new Error("the network is gone");
    },
  });
  expect(ended.status).toBe("failed");
  expect(outcome(run)?.status).toBe("halted");
}

const ordered = async (run: string, change: Partial<OrderBody> = {}, key = PACK_KEY) =>
  signOrder(
    {
      format: 1,
      kind: "rollback",
      run,
      after: gate.head(run),
      tenants: null,
      authors: ["olga"],
      ...change,
    },
    key,
  );

let executions = 0;
async function give(run: string, signed: unknown, answer: Answer = approveRollback) {
  executions += 1;
  const execution = `${run}-order-${executions}`;
  return { execution, ended: await gate.run({ run, order: { signed, execution }, answer }) };
}

/** The rollback that is asked about now. */
const question = (run: string) =>
  `${run}.rollback-${trail(run).findLast(({ action }) => action === "rollback.asked")?.seq}`;
const approveRollback: Answer = async (_, run) => {
  expect((await decide(gate, gate.link(question(run), "alex"))).statusCode).toBe(303);
};

describe("a halted rollout on AWS (simulated)", () => {
  it("is taken back by a signed order that somebody else approves", async () => {
    const run = "halted";
    await halted(run);
    const had = await migrated();
    expect(had).toHaveLength(3);
    const before = actions(run).length;
    let page = "";
    const { ended } = await give(run, await ordered(run), async (...asked) => {
      const link = gate.link(question(run), "robin");
      page = (await gate.request(link)).body;
      await approveRollback(...asked);
    });
    expect(ended.status).toBe("succeeded");
    expect(await migrated()).toEqual([]);
    expect(outcome(run)?.status).toBe("rolled back");
    expect(page).toContain("Take it back?");
    expect(page).toContain("3 tenants");
    for (const tenant of had) expect(page).toContain(tenant);
    const since = trail(run).slice(before);
    expect(since.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        "audit.reopened",
        "rollback.asked",
        "approval.requested",
        "approval.given",
        "rollback.started",
        "run.finished",
      ]),
    );
    expect(since.at(-1)?.action).toBe("audit.sealed");
    expect(since.find(({ action }) => action === "rollback.asked")).toMatchObject({
      actor: "olga",
      details: { startedBy: "release-pipeline", tenants: expect.any(Array) },
    });
    expect(since.find(({ action }) => action === "approval.given")).toMatchObject({ actor: "alex" });
    const told = gate.aws.published.map((message) => message.toString()).join();
    expect(told).not.toContain("undefined");
  }, 300_000);

  it("goes on by a signed order, with what was approved before", async () => {
    const run = "goes-on";
    await halted(run);
    const { ended } = await give(run, await ordered(run, { kind: "resume" }), nobody);
    expect(ended.status, stringify(ended)).toBe("succeeded");
    expect(outcome(run)?.status).toBe("passed");
    expect(await migrated()).toHaveLength(4);
    expect(trail(run).findLast(({ action }) => action === "run.resumed")).toMatchObject({ actor: "olga" });
    // What has passed can be taken back too, in part; the rest keeps the release.
    const [first = ""] = gate.fleet.tenants;
    const part = await give(run, await ordered(run, { tenants: [first] }));
    expect(part.ended.status, stringify(part.ended)).toBe("succeeded");
    expect(await migrated()).toEqual(gate.fleet.tenants.slice(1));
    const rest = await give(run, await ordered(run));
    expect(rest.ended.status, stringify(rest.ended)).toBe("succeeded");
    expect(await migrated()).toEqual([]);
  }, 400_000);
});

describe("a run that was taken back", () => {
  it("is not gone on with by the execution that it had, redriven by hand at whichever state", async () => {
    const run = "redriven";
    await halted(run);
    const said = gate.states.map((text) => parse(text) as [string, { worker?: string }, object]);
    const wave = said.findLast(([name, { worker }]) => name === "NextWave" && worker === run)?.[2];
    expect((await give(run, await ordered(run))).ended.status).toBe("succeeded");
    expect(await migrated()).toEqual([]);
    const objects = [...gate.aws.s3.objects.keys()].sort();
    for (const from of [
      { state: "NextWave", input: {} },
      { state: "MigrateHosts", input: { wave } },
      { state: "Report", input: {} },
    ]) {
      const again = await gate.run({ run, from, answer: nobody });
      expect(again.status, from.state).toBe("failed");
      expect(await migrated()).toEqual([]);
    }
    expect([...gate.aws.s3.objects.keys()].sort()).toEqual(objects);
    expect(outcome(run)?.status).toBe("rolled back");
    expect(actions(run).at(-1)).toBe("audit.sealed");
  }, 400_000);

  it.each([
    ["its first", 1, 1],
    ["its last", 3, 4],
  ])(
    "may be one whose stack was updated while %s wave ran: no tenant is left in the middle",
    async (_, batch, reached) => {
      const run = `updated-${batch}`;
      let batches = 0;
      const ended = await gate.run({
        run,
        before: (name) => {
          batches += Number(name === "Migrate");
          if (name === "Migrate" && batches === batch) gate.setPolicy({ approvers: [{ id: "alex" }, { id: "mia" }] });
        },
      });
      expect(ended.status).toBe("failed");
      expect(outcome(run)).toMatchObject({ status: "blocked", reason: expect.stringContaining("policy") });
      expect(actions(run).slice(-6)).toEqual(
        expect.arrayContaining(["wave.finished", "approval.void", "audit.sealed"]),
      );
      expect(await migrated()).toHaveLength(reached);
      expect((await give(run, await ordered(run))).ended.status).toBe("succeeded");
      expect(await migrated()).toEqual([]);
      gate.setPolicy({});
    },
    400_000,
  );

  it("may be one whose approval became void between two waves", async () => {
    const run = "void";
    let waves = 0;
    await gate.run({
      run,
      before: (name) => {
        waves += Number(name === "NextWave");
        if (name === "NextWave" && waves === 2) gate.setPolicy({ approvers: [{ id: "alex" }, { id: "mia" }] });
      },
    });
    expect(stringify(outcome(run))).toContain("policy");
    expect(actions(run)).toContain("approval.void");
    expect(await migrated()).toHaveLength(1);
    const resumed = await give(run, await ordered(run, { kind: "resume" }), nobody);
    expect(resumed.ended.status).toBe("failed");
    expect(await migrated()).toHaveLength(1);
    // Whom the stack names now is asked, and nobody else.
    const { ended } = await give(run, await ordered(run), async (...asked) => {
      expect((await decide(gate, gate.link(question(run), "robin"))).statusCode).toBe(403);
      await approveRollback(...asked);
    });
    expect(ended.status, stringify(ended)).toBe("succeeded");
    expect(await migrated()).toEqual([]);
    gate.setPolicy({});
  }, 400_000);
});

describe("an order that is not taken leaves the run's record alone", () => {
  const RUN = "kept";
  beforeAll(() => halted(RUN), 300_000);

  it.each<[string, string, () => Promise<unknown> | unknown]>([
    ["nothing", "no signed order", () => ({})],
    ["a text", "no signed order", () => "rollback"],
    ["no signature", "signed by nobody", async () => ({ ...(await ordered(RUN)), signatures: [] })],
    ["a stranger's key", "none of the stack's signers", () => ordered(RUN, {}, newPackKey())],
    [
      "tenants that were added",
      "not what its signer signed",
      async () => {
        const { body, signatures } = await ordered(RUN, { tenants: ["a"] });
        return { body: body.replace('["a"]', "null"), signatures };
      },
    ],
    [
      "the signature of a pack",
      "not what its signer signed",
      async () => {
        const { body, signatures } = await ordered(RUN);
        const { packMessage } = await import("../../lib/core/policy/signer.js");
        const signature = Buffer.from(await PACK_KEY.sign(packMessage(body))).toString("base64");
        return { body, signatures: signatures.map((one) => ({ ...one, signature })) };
      },
    ],
    ["an order about another run", "it is about the run other", () => ordered(RUN, { run: "other" })],
    ["no author", "does not say whose it is", () => ordered(RUN, { authors: [] })],
    ["an end that is not the last", "has gone on since", () => ordered(RUN, { after: "0".repeat(64) })],
    ["a field of another version", "another version", () => ordered(RUN, { quorum: 0 } as never)],
    ["a tenant that lacks the release", "has migrated no tenant nobody", () => ordered(RUN, { tenants: ["nobody"] })],
    ["a kind that there is not", "another version", () => ordered(RUN, { kind: "approve" as never })],
  ])("%s: %s", async (_, message, make) => {
    const objects = [...gate.aws.s3.objects.keys()].sort();
    const { ended } = await give(RUN, await make(), nobody);
    expect(ended.status).toBe("failed");
    expect(stringify(ended)).toContain(message);
    expect([...gate.aws.s3.objects.keys()].sort()).toEqual(objects);
    expect(actions(RUN).at(-1)).toBe("audit.sealed");
  });

  it("is refused as a run of its name, or of a run that is not there or at work", async () => {
    const named = await gate.run({ run: `${RUN}.rollback-3`, answer: nobody });
    expect(named.status).toBe("failed");
    const missing = await give("unheard-of", await ordered(RUN, { run: "unheard-of" }), nobody);
    expect(missing.ended.status).toBe("failed");
    const at = new AbortController();
    await gate.run({ run: "at-work", stop: at.signal, answer: async () => at.abort() });
    const early = await give("at-work", await ordered("at-work"), nobody);
    expect(stringify(early.ended)).toContain("has not ended");
  }, 300_000);

  it("cannot be approved by those who asked for it, nor with the run's own link, and a rejection changes nothing", async () => {
    const had = await migrated();
    const { ended } = await give(RUN, await ordered(RUN, { authors: ["olga", "alex"] }), async () => {
      expect((await decide(gate, gate.link(question(RUN), "alex"))).statusCode).toBe(403);
      const own = gate.link(RUN, "robin").split("?")[1];
      expect((await gate.request(`/runs/${question(RUN)}?${own}`)).statusCode).toBe(403);
      const no = await decide(gate, gate.link(question(RUN), "robin"), { verdict: "reject", reason: "we go on" });
      expect(no.statusCode).toBe(303);
    });
    expect(ended.status).toBe("failed");
    expect(await migrated()).toEqual(had);
    expect(outcome(RUN)?.status).toBe("halted");
    expect(actions(RUN)).toContain("approval.rejected");
    expect(actions(RUN).at(-1)).toBe("audit.sealed");
  });

  it("is done once: given again after its end it is not taken", async () => {
    const signed = await ordered(RUN, { kind: "resume" });
    expect((await give(RUN, signed, nobody)).ended.status).toBe("succeeded");
    const again = await give(RUN, signed, nobody);
    expect(stringify(again.ended)).toContain("has gone on since");
    expect(stringify((await give(RUN, await ordered(RUN, { kind: "resume" }), nobody)).ended)).toContain(
      "has ended: passed",
    );
  }, 300_000);

  it("is void when the stack's policy changes before the answer, and is asked by the new one after", async () => {
    gate.setPolicy({ approvers: [{ id: "alex" }, { id: "mia" }] });
    const { ended } = await give(RUN, await ordered(RUN), async (...asked) => {
      await approveRollback(...asked);
      gate.setPolicy({});
    });
    expect(ended.status).toBe("failed");
    expect(stringify(outcome(RUN))).toContain("what the stack demands, has changed");
    expect(await migrated()).toHaveLength(4);
    const { ended: second } = await give(RUN, await ordered(RUN));
    expect(second.status, stringify(second)).toBe("succeeded");
    expect(await migrated()).toEqual([]);
  }, 300_000);
});
