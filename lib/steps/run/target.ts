import type { Database, Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { resultsOf, type TenantReading } from "./records.js";

/** Which database answered: a name and an address can lead to another one tomorrow. */
export interface Target {
  /** `system_identifier` of the server's control file, the same on its physical replicas; null if the role may not read it. */
  readonly system: string | null;
  /** `oid` of the database. */
  readonly database: string;
}

const DATABASE = `select oid::pg_catalog.text as database,
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may
  from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()`;
const SYSTEM = "select system_identifier::pg_catalog.text as system from pg_catalog.pg_control_system()";

/** Throws `DatabaseError`. */
export async function targetOf(session: Session): Promise<Target> {
  const [row] = await session.query<{ database: string; may: boolean }>(DATABASE);
  const [server] = row?.may === true ? await session.query<{ system: string }>(SYSTEM) : [];
  return { system: server?.system ?? null, database: row?.database ?? "" };
}

/** What the gates read from each tenant, by its id. */
export async function targetsOf(ports: Pick<Ports, "run" | "artifacts">): Promise<Readonly<Record<string, Target>>> {
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  return Object.fromEntries(readings.flatMap(({ tenant, target }) => (target === null ? [] : [[tenant, target]])));
}

/** A database port whose connections to a tenant reach only the database that was approved. */
export function heldTo(database: Database, target: Target | null): Database {
  return {
    ...withoutConnect(database),
    async connect(tenant, options) {
      const session = await database.connect(tenant, options);
      // A subscriber is by nature another database.
      if (options.subscriber) return session;
      const assertApproved = async () => refuseOther(tenant, target, await targetOf(session));
      try {
        await assertApproved();
        const anywhere = session.pooled || (await session.backendNow()) === null;
        return anywhere ? Object.assign(session, { assertApproved }) : session;
      } catch (error) {
        await session.close();
        throw error;
      }
    },
  };
}

/** The database port without the replicas, which may not show the latest writes yet. */
export function primaryOf(database: Database): Database {
  return {
    ...withoutConnect(database),
    connect: (tenant, options) => database.connect(tenant, { ...options, replica: false }),
  };
}

function withoutConnect(database: Database): Omit<Database, "connect"> {
  return {
    limits: (tenant) => database.limits(tenant),
    clone: (tenant, name) => database.clone(tenant, name),
    scratch: (tenant, name) => database.scratch(tenant, name),
    sweep: (tenant, prefix) => database.sweep(tenant, prefix),
  };
}

function refuseOther(tenant: Tenant, approved: Target | null, found: Target): void {
  if (approved === null)
    throw new RegistryError(`the gates did not read tenant ${tenant.id}, so nothing was approved for it`);
  const place = `${tenant.host}/${tenant.database}`;
  if (approved.system !== found.system)
    throw new RegistryError(
      `${place} is on another server than the one that was approved for tenant ${tenant.id} (system identifier ${found.system ?? "unreadable"} in place of ${approved.system ?? "unreadable"}); start a new run`,
    );
  if (approved.database !== found.database)
    throw new RegistryError(
      `${place} is another database than the one that was approved for tenant ${tenant.id} (oid ${found.database} in place of ${approved.database}); start a new run`,
    );
}
