import type { Ports } from "../../ports/ports.js";
import { heldBatch } from "../rollout/held-batch.js";
import { type HeldInput, heldInput } from "../rollout/held-plan.js";
import { rollBackTenant } from "../rollout/roll-back-tenant.js";
import { rolloutContext } from "../rollout/tenant-context.js";
import { type BatchOutput, untilDeadline } from "../rollout/until-deadline.js";
import { approvedIn } from "../run/approved.js";
import { eachTenant } from "../run/each-tenant.js";
import { artifact, type Batch, need, type TenantProgress } from "../run/records.js";
import type { Step } from "../run/step.js";
import { heldTo } from "../run/target.js";

/** The proved way back, one tenant of the batch at a time. */
export const rollBack: Step<HeldInput, BatchOutput> = {
  name: "roll-back",
  input: heldInput,
  // What is finished is kept per tenant: a tenant that was migrated again can be taken back again.
  settled: () => false,
  run: (all, input) => heldBatch(all, "RollBack", input, (ports) => rollBackBatch(ports, input.batch)),
};

async function rollBackBatch(ports: Ports, batch: string): Promise<BatchOutput> {
  const approved = approvedIn([await need<Batch>(ports, artifact.batch(batch))]);
  const rollout = await rolloutContext(ports, approved);
  const result = await untilDeadline(ports, () =>
    eachTenant<TenantProgress>(ports, "RollBack", batch, (tenant, target) =>
      rollBackTenant({ ...ports, database: heldTo(ports.database, target) }, rollout, tenant),
    ),
  );
  const ok = result?.records.every((record) => record.status === "rolled back") ?? false;
  return { ok, batch, longRunning: result === null };
}
