import { randomBytes } from "node:crypto";
import type { Endpoint } from "../../adapters/pg/connection.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import type { Tenant } from "../../ports/registry.js";
import type { Workshop } from "../../steps/proof/prove-folder.js";

/** Names begin so: what a proof that was killed left on a server can be told by it. */
const PREFIX = "schema_gate_prove_";

/** An empty database and copies of it, beside each other on one server. */
export async function openWorkshop(endpoint: Endpoint): Promise<Workshop> {
  const name = `${PREFIX}${randomBytes(6).toString("hex")}`;
  const tenant: Tenant = {
    id: name,
    group: null,
    host: `${endpoint.host}:${endpoint.port}`,
    database: name,
    schema: null,
  };
  const database = pgDatabase({
    tenant: async (of) => ({ endpoint: { ...endpoint, database: of.database }, replica: null }),
    staging: null,
  });
  const chain = await database.scratch(tenant, name);
  let copies = 0;
  return {
    chain,
    copy: () => {
      copies += 1;
      return database.clone(tenant, `${name}_${copies}`);
    },
  };
}
