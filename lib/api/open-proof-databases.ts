import { randomBytes } from "node:crypto";
import { interruptible } from "../adapters/interruptible.js";
import type { Endpoint } from "../adapters/pg/connection.js";
import { pgDatabase } from "../adapters/pg/database.js";
import { type Clone, NotDropped } from "../ports/database.js";
import type { Tenant } from "../ports/registry.js";
import type { ProofDatabases } from "../steps/proof/prove-folder.js";

/** Prefix of the names: it identifies what a killed proof left on a server. */
const PREFIX = "schema_gate_prove_";

/**
 * An empty database and copies of it, next to each other on one server. First removes what killed proofs left there. When `signal` is
 * aborted, what is running is cancelled and throws `Interrupted`; databases can still be dropped.
 */
export async function openProofDatabases(endpoint: Endpoint, signal?: AbortSignal): Promise<ProofDatabases> {
  const base = `${PREFIX}${randomBytes(6).toString("hex")}`;
  const tenantOf = (database: string): Tenant => ({
    id: database,
    group: null,
    host: `${endpoint.host}:${endpoint.port}`,
    database,
    schema: null,
  });
  const reached = pgDatabase({
    tenant: async (of) => ({ endpoint: { ...endpoint, database: of.database }, replica: null }),
    staging: null,
  });
  const database = signal ? interruptible(reached, signal) : reached;
  await database.sweep(tenantOf(base), PREFIX).catch((error: unknown) => {
    // What an earlier proof left does not affect this one.
    if (!(error instanceof NotDropped)) throw error;
  });
  const chain = await database.scratch(tenantOf(base), base);
  const names = new Map<Clone, string>([[chain, base]]);
  let copies = 0;
  return {
    chain,
    copy: async (of) => {
      copies += 1;
      const name = `${base}_${copies}`;
      const made = await database.clone(tenantOf(names.get(of) ?? base), name);
      names.set(made, name);
      return made;
    },
  };
}
