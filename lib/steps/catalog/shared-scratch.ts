import { identifier } from "../../core/sql/quote.js";
import type { Clone, Database } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * A copy of the tenants' database without their schemas: what they share (an extension, an enum, a table that they refer to) is there as
 * it is. One schema after the other, since the locks of all of them together may be more than the server has room for.
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
      for (const schema of new Set(schemas)) await session.query(`drop schema if exists ${identifier(schema)} cascade`);
    } finally {
      await session.close();
    }
    return clone;
  } catch (error) {
    await clone.drop();
    throw error;
  }
}
