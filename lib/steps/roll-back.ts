import { z } from "zod";
import { eachTenant } from "./each-tenant.js";
import type { TenantProgress } from "./records.js";
import { rollBackTenant } from "./rollout/roll-back-tenant.js";
import type { Step } from "./step.js";

const input = z.object({ run: z.string(), host: z.string(), batch: z.string() });

interface Output {
  readonly ok: boolean;
  readonly batch: string;
}

/** The proved way back, one tenant of the batch at a time. */
export const rollBack: Step<z.infer<typeof input>, Output> = {
  name: "roll-back",
  input,
  settled: (output) => output.ok,
  async run(ports, { batch }) {
    const result = await eachTenant<TenantProgress>(ports, "RollBack", batch, (tenant) =>
      rollBackTenant(ports, tenant),
    );
    return { ok: result.records.every((record) => record.status === "rolled back"), batch };
  },
};
