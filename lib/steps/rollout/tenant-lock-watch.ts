import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { CANCELLER, type LockWatch } from "../migration/lock-watch.js";

/** Holds what is executed in a tenant to `lock_timeout`, through its own session. */
export function lockWatch({ database, clock }: Pick<Ports, "database" | "clock">, tenant: Tenant): LockWatch {
  return { connect: () => database.connect(tenant, CANCELLER), clock };
}
