import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HANDLERS } from "../../functions/index.js";
import { signOrder } from "../../lib/adapters/aws/sign-order.js";
import { decide } from "../support/aws/function-url.js";
import { type Answer, GateOnAws, type RunOptions } from "../support/aws/gate-on-aws.js";
import { PACK_KEY } from "../support/aws/pack-key.js";
import { retriedFaster } from "../support/aws/retried-faster.js";

/** A second of the state machine's is ten milliseconds here. */
const SCALE = 100;
const THROTTLED_SECONDS = 60;
const RUN = "throttled-everywhere";

class TooManyRequests extends Error {
  override readonly name = "Lambda.TooManyRequestsException";
}

let gate: GateOnAws;
const refusals = new Map<string, number>();
beforeAll(async () => {
  gate = await GateOnAws.create(2);
});
afterAll(() => gate.destroy());

/** Each function refuses its first calls of the execution for 60 s of the state machine's. */
function throttled(before: RunOptions["before"] = () => {}): Partial<RunOptions> {
  const since = new Map<string, number>();
  return {
    amended: (definition) => retriedFaster(definition, SCALE),
    before: (name, event) => {
      const first = since.get(name) ?? performance.now();
      since.set(name, first);
      if (performance.now() - first >= (THROTTLED_SECONDS * 1000) / SCALE) return before(name, event);
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
      throw new TooManyRequests("Rate Exceeded.");
    },
  };
}

describe("60 s of throttling at every state in turn (simulated: no emulator throttles)", () => {
  it("lose no run", async () => {
    const ended = await gate.run({ run: RUN, ...throttled() });
    expect(gate.artifact(RUN, "outcome.json")).toMatchObject({ status: "passed" });
    expect(ended.status).toBe("succeeded");
  }, 120_000);

  it("lose no rollback", async () => {
    const signed = await signOrder(
      { format: 1, kind: "rollback", run: RUN, after: gate.head(RUN), tenants: null, authors: ["olga"] },
      PACK_KEY,
    );
    const alex: Answer = async () => {
      const order = gate.artifact<{ order: number }>(RUN, "order.json")?.order;
      await decide(gate, gate.link(`${RUN}.rollback-${order}`, "alex"));
    };
    const ended = await gate.run({
      run: RUN,
      order: { signed, execution: `${RUN}-back` },
      answer: alex,
      ...throttled(),
    });
    expect(ended.status, JSON.stringify(ended)).toBe("succeeded");
    expect(gate.artifact(RUN, "outcome.json")).toMatchObject({ status: "rolled back" });
  }, 120_000);

  it("lose no failure: it is recorded and sealed", async () => {
    const failing = throttled((name) => {
      if (name === "Score") throw new Error("out of memory");
    });
    const ended = await gate.run({ run: "throttled-failure", ...failing });
    expect(ended.status).toBe("failed");
    expect(gate.artifact("throttled-failure", "outcome.json")).toMatchObject({ status: "failed" });
    expect(gate.aws.s3.text("runs/throttled-failure/audit.seal.json")).toContain("signatures");
  }, 120_000);

  it("met every function but those for copies by RDS and for rehearsals, which these runs have none of", () => {
    const met = new Set(refusals.keys());
    const without = Object.keys(HANDLERS).filter((name) => !met.has(name));
    expect(without).toEqual(["Rehearse", "TallyStaging", "UseSnapshot"]);
    for (const [name, count] of refusals) expect(count, name).toBeGreaterThan(2);
  });
});
