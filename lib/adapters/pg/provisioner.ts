import { identifier } from "../../core/sql/quote.js";
import type { Session, SessionOptions } from "../../ports/database.js";
import type { NewPlace, Provisioner } from "../../ports/provisioner.js";
import type { Tenant } from "../../ports/registry.js";
import { asRole } from "./as-executor.js";
import { type CloneServer, EMPTY, makeClone } from "./clone-server.js";
import { type Endpoint, openSession } from "./connection.js";
import { localeLike, rightsLike } from "./database-form.js";
import { makeSchema } from "./new-schema.js";

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 5000, asLogin: true };

/** New databases and schemas over the `pg` driver. */
export function pgProvisioner(endpointOf: (tenant: Tenant) => Promise<Endpoint>): Provisioner {
  const on = async (tenant: Tenant, database: string, options: SessionOptions) =>
    openSession(asRole(tenant, { ...(await endpointOf(tenant)), database }), options);
  return {
    async isTaken(tenant) {
      if (tenant.schema !== null) return false;
      const session = await on(tenant, "postgres", ADMINISTRATION);
      try {
        return (await session.query("select 1 from pg_database where datname = $1", [tenant.database])).length > 0;
      } finally {
        await session.close();
      }
    },
    async make(tenant, name, like) {
      const open = (database: string, options: SessionOptions) => on(tenant, database, options);
      const { schema, database } = tenant;
      if (schema !== null) return makeSchema(tenant, (options) => open(database, options));
      return makeDatabase(tenant, name, like, open);
    },
  };
}

async function makeDatabase(
  { database, role }: Tenant,
  name: string,
  like: readonly string[],
  open: CloneServer["open"],
): Promise<NewPlace> {
  const [first] = like;
  // What is made here is the tenant's for good, so the tenant's own role makes it.
  const server: CloneServer = { database: first ?? database, role: role ?? null, open, executors: null };
  const clone = await makeClone(server, name, EMPTY, (guard) =>
    first ? localeLike(guard, first) : Promise.resolve(""),
  );
  const administer = async (work: (session: Session) => Promise<unknown>) => {
    const session = await open("postgres", ADMINISTRATION);
    try {
      await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    open: clone.open,
    async finish() {
      await administer(async (session) => {
        await rightsLike(session, name, like);
        // In one transaction: what has the tenant's name is not ours to sweep any more.
        await session.script(
          `begin; comment on database ${identifier(name)} is null;
           alter database ${identifier(name)} rename to ${identifier(database)}; commit`,
        );
      });
    },
    drop: clone.drop,
  };
}
