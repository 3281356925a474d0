import { groupBy } from "../../core/group-by.js";
import type { Tenant } from "../../ports/registry.js";

/** Works on every tenant, several per host at a time; in the order of the registry within a host. */
export async function overHosts(
  tenants: readonly Tenant[],
  connectionsPerHost: number,
  work: (tenant: Tenant) => Promise<void>,
): Promise<void> {
  const lanes = [...groupBy(tenants, ({ host }) => host).values()].flatMap((members) => {
    const queue = members[Symbol.iterator]();
    return Array.from({ length: connectionsPerHost }, async () => {
      for (const tenant of queue) await work(tenant);
    });
  });
  await Promise.all(lanes);
}
