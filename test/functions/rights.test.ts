import { afterAll, beforeAll, expect, it } from "vitest";
import { signOrder } from "../../lib/adapters/aws/sign-order.js";
import { allowed, type Statement } from "../infra/support/policies.js";
import { synthesise } from "../infra/support/synthesise.js";
import { decide } from "../support/aws/function-url.js";
import { type Answer, type Definition, GateOnAws } from "../support/aws/gate-on-aws.js";
import { PACK_KEY } from "../support/aws/pack-key.js";
import { retriedFaster } from "../support/aws/retried-faster.js";
import type { Call } from "../support/aws/simulated-aws.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(4);
  await gate.upload({ connectionsPerHost: 1, rollout: { canary: 1, growth: 6, maxWave: 150 } });
});
afterAll(() => gate.destroy());

/** One function at a time, so that each call of a service is that function's. */
function oneByOne({ States }: Definition): void {
  for (const state of Object.values(States)) {
    if (!state.ItemProcessor) continue;
    Object.assign(state, { MaxConcurrency: 1, MaxConcurrencyPath: undefined });
    oneByOne(state.ItemProcessor);
  }
}

const ACTIONS: Readonly<Record<string, string>> = {
  "s3 GET": "s3:GetObject",
  "s3 HEAD": "s3:GetObject",
  "s3 PUT": "s3:PutObject",
  "TrentService.Sign": "kms:Sign",
  "TrentService.GenerateMac": "kms:GenerateMac",
  "TrentService.VerifyMac": "kms:VerifyMac",
  "secretsmanager.GetSecretValue": "secretsmanager:GetSecretValue",
  "AWSStepFunctions.SendTaskSuccess": "states:SendTaskSuccess",
  sns: "sns:Publish",
};

/** The simulation tells every function which key signs; the stack those alone that do. */
const OF_ALL: ReadonlySet<string> = new Set(["TrentService.GetPublicKey"]);

/** The right that a call needs: an action, and the prefix of an object. */
function rightOf({ name, path }: Call): string {
  const [, prefix] = /^\/gate\/([^/]+)\//.exec(path) ?? [];
  const action = name.startsWith("s3 ") && prefix === undefined ? "s3:ListBucket" : (ACTIONS[name] ?? name);
  return action.endsWith("Object") ? `${action} ${prefix}/*` : action;
}

function isAllowed(statements: readonly Statement[], right: string): boolean {
  const [action = "", prefix] = right.split(" ");
  return statements.some(
    ({ actions, resources }) =>
      actions.includes(action) &&
      (prefix === undefined || resources.some((resource) => resource.includes(`/${prefix}`))),
  );
}

it("asks of AWS, in each function, only what the function's role allows", async () => {
  const asked = new Map<string, Set<string>>();
  let [current, seen] = ["", 0];
  const turn = (name: string) => {
    const rights = asked.get(current) ?? new Set();
    for (const call of gate.aws.calls.slice(seen)) if (!OF_ALL.has(call.name)) rights.add(rightOf(call));
    if (current !== "") asked.set(current, rights);
    seen = gate.aws.calls.length;
    current = name;
  };
  const approve =
    (question: (run: string) => string): Answer =>
    async (_, run) => {
      turn("Review");
      expect((await decide(gate, gate.link(question(run), "alex"))).statusCode).toBe(303);
    };
  let batches = 0;
  const before = (name: string) => {
    turn(name);
    if (name === "Migrate" && ++batches === 3) throw new Error("the network is gone");
  };
  const amended = (definition: Definition) => {
    oneByOne(definition);
    retriedFaster(definition, 100);
  };
  const common = { run: "rights", before, amended };
  await gate.run({ ...common, answer: approve((run) => run) });
  const order = { format: 1, kind: "rollback", run: "rights", after: gate.head("rights"), tenants: null } as const;
  const signed = await signOrder({ ...order, authors: ["olga"] }, PACK_KEY);
  const question = (run: string) => {
    const trail = [...gate.aws.s3.objects].filter(([key]) => key.startsWith(`audit/${run}/events/`));
    const events = trail.map(([, { bytes }]) => JSON.parse(bytes.toString("utf8")) as { seq: number; action: string });
    return `${run}.rollback-${events.findLast(({ action }) => action === "rollback.asked")?.seq}`;
  };
  const ended = await gate.run({ ...common, order: { signed, execution: "rights-order" }, answer: approve(question) });
  turn("");
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: "succeeded" });

  const statements = allowed(synthesise({}));
  const without = [...asked].flatMap(([name, rights]) => {
    const own = statements.filter(({ policy }) =>
      new RegExp(`^GateFunctions${name}(Role|PageRole|ContinueRun)`).test(policy),
    );
    return [...rights].filter((right) => !isAllowed(own, right)).map((right) => `${name}: ${right}`);
  });
  expect(without).toEqual([]);
  expect(asked.size).toBeGreaterThan(18);
}, 600_000);
