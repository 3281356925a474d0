import { z } from "zod";
import type { AuditEvent } from "../../core/audit/chain.js";
import { milliseconds } from "../../core/config/config.js";
import { counted } from "../../core/counted.js";
import type { Json } from "../../core/json.js";
import { type Order, OrderRefused } from "../../ports/orders.js";
import type { Ports } from "../../ports/ports.js";
import { refuseChangedRequest } from "../approval/refuse-other-policy.js";
import { wholeRollback } from "../rollout/outlook.js";
import { weighRollback } from "../rollout/weigh-rollback.js";
import type { AcceptedInput, TakenOrder } from "../run/accepted-input.js";
import { saveFindings } from "../run/findings.js";
import { artifact, need, type Passes, passOf } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";
import type { Outcome } from "./report.js";

const input = z.object({ run: z.string(), order: z.unknown(), execution: z.string().min(1) });

interface Output {
  readonly kind: Order["kind"];
  /** Where the order is in the trail. */
  readonly order: number;
  readonly approvalSeconds: number;
}

/**
 * Accepts an order to take a run back, or to continue its rollout: signed by somebody whom the stack knows, and given once, after the end
 * that it names. Throws `OrderRefused` before anything is written.
 */
export const acceptOrder: Step<z.infer<typeof input>, Output> = {
  name: "accept-order",
  input,
  // Only the trail says whether the order was accepted: anything stored elsewhere may be somebody else's.
  settled: () => false,
  recorded: ({ run, execution }) => ({ run, execution }),
  async run(ports, { order: given, execution }) {
    if (ports.orders === undefined) throw new OrderRefused("whoever may do that does it on this machine");
    const order = await ports.orders.verified(given);
    const known = (await ports.audit.events()).find(({ details }) => details.execution === execution);
    const { config } = await needRequest(ports);
    const taken = known ?? (await take(ports, order, execution));
    // What stopped the run last time is no longer a finding; if it still holds, it is found again.
    await saveFindings(ports, "failure", []);
    if (order.kind === "resume")
      await ports.artifacts.put(artifact.passes, { resumed: Number(taken.details.pass) } satisfies Passes);
    await noteTaken(ports, { execution, kind: order.kind, order: taken.seq, begun: order.kind === "resume" });
    const approvalSeconds = Math.ceil(milliseconds(config.approval.expires) / 1000);
    return { kind: order.kind, order: taken.seq, approvalSeconds };
  },
};

async function take(ports: Ports, order: Order, execution: string): Promise<AuditEvent> {
  const events = await ports.audit.events();
  const last = events.at(-1);
  if (last?.action !== "audit.sealed")
    throw new OrderRefused(`the run ${ports.run} has not ended: its trail is not sealed`);
  if (last.hash !== order.after)
    throw new OrderRefused(`the run ${ports.run} has gone on since the order was signed; look again and sign another`);
  await refuseChangedRequest(ports);
  const details = order.kind === "rollback" ? await takingBack(ports, order) : await goingOn(ports);
  const { requester, startedBy = null, coauthors = [] } = order.by;
  const taken = await ports.audit.append({
    actor: requester,
    action: order.kind === "rollback" ? "rollback.asked" : "run.resumed",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { execution, startedBy, coauthors: [...coauthors], ...details },
  });
  const between = (await ports.audit.events()).filter(({ seq }) => seq > last.seq && seq < taken.seq);
  if (between.some(({ action }) => action !== "audit.reopened"))
    throw new OrderRefused(`another order about the run ${ports.run} was taken at the same moment`);
  return taken;
}

async function takingBack(ports: Ports, { tenants: only }: Order): Promise<Record<string, Json>> {
  const { tenants, without } = await wholeRollback(ports, only);
  if (without.length > 0) throw new OrderRefused(`the run ${ports.run} has migrated no tenant ${without.join(", ")}`);
  if (tenants.length === 0) throw new OrderRefused(`no tenant has the release of the run ${ports.run}`);
  const weights = await weighRollback(ports, tenants);
  const heavy = weights.flatMap(({ tenant, tooLarge }) =>
    tooLarge === null ? [] : [`${tenant} (${tooLarge.version})`],
  );
  if (heavy.length > 0)
    throw new OrderRefused(
      `more would have to be put aside than rollback.keepLimit allows in ${heavy.join(", ")}; move these rows elsewhere, or take the others back by name`,
    );
  const stopped = weights.flatMap(({ tenant, stoppedBy }) =>
    stoppedBy.flatMap(({ version, meaning, rows }) =>
      rows === null ? [] : [`${tenant}: ${version} at ${counted(rows, meaning)}`],
    ),
  );
  if (stopped.length > 0)
    throw new OrderRefused(
      `the way back would stop (${stopped.join("; ")}); correct these rows, or take the others back by name`,
    );
  return { tenants: [...tenants] };
}

async function goingOn(ports: Ports): Promise<Record<string, Json>> {
  const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
  if (outcome?.status !== "halted" && outcome?.status !== "failed")
    throw new OrderRefused(`the run ${ports.run} has ended: ${outcome?.status ?? "without an outcome"}`);
  if (!(await ports.artifacts.has(artifact.waves)))
    throw new OrderRefused(`the run ${ports.run} stopped before its rollout; start a new run`);
  return { pass: (await passOf(ports)) + 1 };
}

/** From now on the run belongs to this execution: whatever stops it is recorded as the run's end. */
async function noteTaken(ports: Ports, taken: TakenOrder): Promise<void> {
  const input = await need<AcceptedInput>(ports, artifact.input);
  await ports.artifacts.put(artifact.input, { ...input, execution: taken.execution } satisfies AcceptedInput);
  await ports.artifacts.put(artifact.order, taken);
}
