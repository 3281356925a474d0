import { z } from "zod";
import { eachTenant } from "./each-tenant.js";
import type { TenantProgress } from "./records.js";
import { migrateTenant } from "./rollout/migrate-tenant.js";
import type { Step } from "./step.js";

const input = z.object({ run: z.string(), host: z.string(), batch: z.string() });

interface Output {
  readonly ok: boolean;
  readonly batch: string;
}

/** Lock, compare, apply with the ledger row, verify: one tenant of the batch at a time. */
export const migrate: Step<z.infer<typeof input>, Output> = {
  name: "migrate",
  input,
  settled: (output) => output.ok,
  async run(ports, { batch }) {
    const result = await eachTenant<TenantProgress>(ports, "Migrate", batch, (tenant) => migrateTenant(ports, tenant));
    return { ok: result.records.every((record) => record.status === "migrated"), batch };
  },
};
