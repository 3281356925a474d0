import type { Ports } from "../../ports/ports.js";
import { timeKeeper } from "../rollout/fits-in-time.js";
import { heldBatch } from "../rollout/held-batch.js";
import { type HeldInput, heldInput } from "../rollout/held-plan.js";
import { untilFree } from "../rollout/hold.js";
import { migrateTenant } from "../rollout/migrate-tenant.js";
import { rolloutContext } from "../rollout/tenant-context.js";
import { type BatchOutput, untilDeadline } from "../rollout/until-deadline.js";
import { approvedIn } from "../run/approved.js";
import { eachTenant } from "../run/each-tenant.js";
import { artifact, type Batch, need, type TenantProgress } from "../run/records.js";
import type { Step } from "../run/step.js";
import { heldTo } from "../run/target.js";

/** Lock, compare, apply with the ledger row, verify: one tenant of the batch at a time. */
export const migrate: Step<HeldInput, BatchOutput> = {
  name: "migrate",
  input: heldInput,
  // Finished work is recorded per tenant: a wave that was taken back can be migrated again.
  settled: () => false,
  run: (all, input) => heldBatch(all, "Migrate", input, (ports) => migrateBatch(ports, input.batch)),
};

async function migrateBatch(ports: Ports, batch: string): Promise<BatchOutput> {
  const own = await need<Batch>(ports, artifact.batch(batch));
  const approved = approvedIn([own]);
  const rollout = await rolloutContext(ports, approved);
  const fits = timeKeeper(ports, rollout, own.sizes);
  const result = await untilDeadline(ports, () =>
    eachTenant<TenantProgress>(ports, "Migrate", batch, async (tenant, target) => {
      await untilFree(ports, rollout.config, approved.waves[tenant.id]?.group ?? null);
      fits(tenant);
      return migrateTenant({ ...ports, database: heldTo(ports.database, target) }, rollout, tenant);
    }),
  );
  const ok = result?.records.every((record) => record.status === "migrated") ?? false;
  return { ok, batch, longRunning: result === null };
}
