import { Fleet } from "../../../adapters/local/fleet.js";
import { localSecrets } from "../../../adapters/local/secrets.js";
import { openSession } from "../../../adapters/pg/connection.js";
import type { LoadedConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import { milliseconds } from "../../../core/config/config.js";
import { DatabaseError, type Session } from "../../../ports/database.js";
import { RegistryError, type Tenant } from "../../../ports/registry.js";
import { UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";

/** Works on the tenants of the config, or on the named one, one after the other. */
export async function eachTenantOf<T>(
  io: Io,
  { config, directory }: LoadedConfig,
  options: { readonly tenant: string | null; readonly purpose: "read" | "write" },
  work: (session: Session, tenant: Tenant) => Promise<T>,
): Promise<readonly { readonly tenant: string; readonly result: T }[]> {
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  try {
    const tenants = await fleet.tenants();
    const chosen = tenants.filter(({ id }) => options.tenant === null || id === options.tenant);
    if (chosen.length === 0) throw new UsageError(`The registry lists no tenant ${options.tenant ?? ""}.`);
    const results: { tenant: string; result: T }[] = [];
    for (const tenant of chosen) {
      const { endpoint } = await fleet.entry(tenant.id);
      const statementTimeout = milliseconds(config.timeouts.read);
      const as = tenant.role === undefined ? endpoint : { ...endpoint, role: tenant.role };
      const session = await openSession(as, { purpose: options.purpose, statementTimeout, lockTimeout: 2_000 });
      try {
        results.push({ tenant: tenant.id, result: await work(session, tenant) });
      } finally {
        await session.close();
      }
    }
    return results;
  } catch (error) {
    if (error instanceof RegistryError) throw new UsageError(`${error.message}.`, "correct `registry` in the config");
    if (error instanceof DatabaseError)
      throw new UnfinishedError(`A tenant could not be reached: ${error.message}.`, "schema-gate doctor");
    throw error;
  }
}
