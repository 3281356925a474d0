import { identifier } from "../../core/sql/quote.js";
import type { Clone, Database, Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * A copy of the tenants' database without their schemas: what they share (an extension, an enum, a table that they refer to) is there
 * unchanged. Drops one schema after the other, since all their locks together may exceed what the server has room for.
 */
export async function sharedScratch(
  database: Database,
  tenant: Tenant,
  name: string,
  schemas: readonly string[],
  statementTimeout: number,
): Promise<Clone> {
  const clone = await database.clone(tenant, name);
  try {
    const session = await clone.open({ purpose: "write", statementTimeout, lockTimeout: 5000, asLogin: true });
    try {
      const owner = await ownerOf(session, tenant.schema);
      for (const schema of new Set(schemas)) await session.query(`drop schema if exists ${identifier(schema)} cascade`);
      // The role that the history runs as may own its schema without the right to create one.
      if (tenant.schema !== null && owner !== null)
        await session.query(`create schema ${identifier(tenant.schema)} authorization ${identifier(owner)}`);
    } finally {
      await session.close();
    }
    return clone;
  } catch (error) {
    await clone.drop();
    throw error;
  }
}

async function ownerOf(session: Session, schema: string | null): Promise<string | null> {
  const [row] = await session.query<{ owner: string }>(
    "select pg_get_userbyid(nspowner)::text as owner from pg_namespace where nspname = $1",
    [schema],
  );
  return row?.owner ?? null;
}
