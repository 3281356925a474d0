import { type Database, DatabaseError } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { asExecutor, asRole } from "./as-executor.js";
import { type CloneServer, EMPTY, makeClone, sweepClones } from "./clone-server.js";
import { type Endpoint, openSession } from "./connection.js";
import { Executors } from "./executor.js";
import { openFromPool } from "./from-pool.js";

interface Way {
  readonly endpoint: Endpoint;
  readonly replica: Endpoint | null;
  /** The tenant's logical replica. */
  readonly subscriber?: Endpoint | null;
}

/** Where a tenant's database is, and where its clones are made. */
export interface Endpoints {
  tenant(tenant: Tenant): Promise<Way>;
  /** A superuser that signs in may execute on clones: the config says why. */
  readonly uncontained?: boolean;
  /** Extensions that releases may create on clones, although they are not trusted. */
  readonly extensions?: ReadonlySet<string>;
  /** The server that holds the copies, given the tenant and its own server; null if clones are made next to the tenants. */
  readonly staging: ((tenant: Tenant, own: Endpoint) => Promise<Endpoint>) | null;
}

/** The database port over the `pg` driver. */
export function pgDatabase(endpoints: Endpoints): Database {
  const executors = endpoints.uncontained ? null : new Executors();
  const serverOf = async (tenant: Tenant): Promise<CloneServer> => {
    const { endpoint } = await endpoints.tenant(tenant);
    const server = endpoints.staging ? await endpoints.staging(tenant, endpoint) : endpoint;
    return {
      database: endpoint.database,
      role: tenant.role ?? null,
      open: (database, options, executor) =>
        openSession(asExecutor({ ...server, database }, tenant, executor), options),
      executors,
      extensions: endpoints.extensions,
    };
  };
  return {
    limits: async () => null,
    async connect(tenant, options) {
      const { endpoint, replica, subscriber } = await endpoints.tenant(tenant);
      if (options.subscriber) {
        if (!subscriber) throw new DatabaseError("the registry names no subscriber", "REGISTRY");
        return openSession(asRole(tenant, subscriber), options);
      }
      const place = asRole(tenant, options.replica && replica ? replica : endpoint);
      const { pool } = options;
      if (pool && tenant.schema !== null && options.purpose === "read")
        return openFromPool(place, { ...options, pool });
      return openSession(place, options);
    },
    async clone(tenant, name) {
      const server = await serverOf(tenant);
      return makeClone(server, name, server.database);
    },
    scratch: async (tenant, name) => makeClone(await serverOf(tenant), name, EMPTY),
    sweep: async (tenant, prefix) => sweepClones(await serverOf(tenant), prefix),
  };
}
