import { rollBackTenant } from "../rollout/roll-back-tenant.js";
import { rolloutContext } from "../rollout/tenant-context.js";
import { type BatchOutput, untilDeadline } from "../rollout/until-deadline.js";
import { type BatchInput, batchInput, eachTenant } from "../run/each-tenant.js";
import type { TenantProgress } from "../run/records.js";
import type { Step } from "../run/step.js";
import { heldTo } from "../run/target.js";

/** The proved way back, one tenant of the batch at a time. */
export const rollBack: Step<BatchInput, BatchOutput> = {
  name: "roll-back",
  input: batchInput,
  // What is finished is kept per tenant: a tenant that was migrated again can be taken back again.
  settled: () => false,
  async run(ports, { batch }) {
    const rollout = await rolloutContext(ports);
    const result = await untilDeadline(ports, () =>
      eachTenant<TenantProgress>(ports, "RollBack", batch, (tenant, target) =>
        rollBackTenant({ ...ports, database: heldTo(ports.database, target) }, rollout, tenant),
      ),
    );
    const ok = result?.records.every((record) => record.status === "rolled back") ?? false;
    return { ok, batch, longRunning: result === null };
  },
};
