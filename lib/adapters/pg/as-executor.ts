import type { Tenant } from "../../ports/registry.js";
import type { Endpoint } from "./connection.js";
import type { Executor } from "./executor.js";

/** The endpoint with the role that changes the tenant. */
export function asRole({ role }: Tenant, endpoint: Endpoint): Endpoint {
  return role === undefined ? endpoint : { ...endpoint, role };
}

/** The same as the executor of a clone, and as the role that it executes as. */
export function asExecutor(endpoint: Endpoint, tenant: Tenant, executor: Executor | undefined): Endpoint {
  if (!executor) return asRole(tenant, endpoint);
  const { user, password, role } = executor;
  return { ...endpoint, user, password, ...(role === null ? {} : { role }) };
}
