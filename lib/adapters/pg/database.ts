import { identifier, literal } from "../../core/sql/quote.js";
import { type Clone, type Database, DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { type Endpoint, openSession } from "./connection.js";

/** Where a tenant's database is, and where its clones are made. */
export interface Endpoints {
  tenant(tenant: Tenant): Promise<{ endpoint: Endpoint; replica: Endpoint | null }>;
  /** The server that holds the copies; null when clones are made beside the tenants. */
  readonly staging: Endpoint | null;
}

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 0 };

/** The database port over the `pg` driver. */
export function pgDatabase(endpoints: Endpoints): Database {
  const stagingOf = async (tenant: Tenant): Promise<Endpoint> => {
    const { endpoint } = await endpoints.tenant(tenant);
    return endpoints.staging ? { ...endpoints.staging, database: endpoint.database } : endpoint;
  };
  const make = async (tenant: Tenant, name: string, template: string): Promise<Clone> => {
    const source = await stagingOf(tenant);
    await administer(source, [
      `drop database if exists ${identifier(name)} with (force)`,
      `create database ${identifier(name)} template ${identifier(template)} strategy file_copy`,
    ]);
    const own = { ...source, database: name };
    return {
      open: (options) => openSession(own, options),
      drop: () => administer(source, [`drop database if exists ${identifier(name)} with (force)`]),
    };
  };
  return {
    async connect(tenant, options) {
      const { endpoint, replica } = await endpoints.tenant(tenant);
      return openSession(options.replica && replica ? replica : endpoint, options);
    },
    clone: async (tenant, name) => make(tenant, name, (await stagingOf(tenant)).database),
    scratch: (tenant, name) => make(tenant, name, "template0"),
    async sweep(tenant, prefix) {
      const source = await stagingOf(tenant);
      return withAdministrator(source, async (session) => {
        const pattern = `${prefix.replace(/[\\%_]/g, "\\$&")}%`;
        const rows = await session.query<{ name: string }>(
          "select datname as name from pg_database where datname like $1 order by 1",
          [pattern],
        );
        for (const { name } of rows) await session.query(`drop database if exists ${identifier(name)} with (force)`);
        return rows.map((row) => row.name);
      });
    },
  };
}

async function administer(endpoint: Endpoint, statements: readonly string[]): Promise<void> {
  await withAdministrator(endpoint, async (session) => {
    for (const statement of statements) await session.query(forVersion(statement, session.serverVersion));
  });
}

/** `STRATEGY` came with PostgreSQL 15, where the default copies block by block through the WAL. */
function forVersion(statement: string, version: number): string {
  return version >= 150_000 ? statement : statement.replace(/ strategy file_copy$/, "");
}

/** A session on a database that is no template of anything, since a template must have no connections. */
async function withAdministrator<T>(endpoint: Endpoint, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession({ ...endpoint, database: "postgres" }, ADMINISTRATION);
  try {
    return await work(session);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "55006") {
      throw new DatabaseError(
        `${error.message}: ${literal(endpoint.database)} cannot be copied while others are connected; name a staging server in the config`,
        error.code,
        error.detail,
        error,
      );
    }
    throw error;
  } finally {
    await session.close();
  }
}
