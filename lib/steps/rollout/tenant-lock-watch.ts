import type { SessionOptions } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { LockWatch } from "../migration/lock-watch.js";

const CANCELLER: SessionOptions = { purpose: "write", statementTimeout: 5000, lockTimeout: 1000, asLogin: true };

/** Keeps what is executed in a tenant to `lock_timeout`, by a session of its own. */
export function lockWatch({ database, clock }: Pick<Ports, "database" | "clock">, tenant: Tenant): LockWatch {
  return { connect: () => database.connect(tenant, CANCELLER), clock };
}
