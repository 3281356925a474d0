import { RegistryError } from "../../ports/registry.js";
import type { Endpoint } from "../pg/connection.js";
import { openSession } from "../pg/connection.js";

/** The registry as a control-plane database answers a query. Throws `RegistryError`. */
export async function rowsOfQuery(endpoint: Endpoint, sql: string): Promise<readonly unknown[]> {
  const session = await openSession(endpoint, { purpose: "read", statementTimeout: 30_000, lockTimeout: 2000 });
  try {
    return await session.execute(sql);
  } catch (error) {
    throw new RegistryError(
      `the registry query failed on ${endpoint.host}/${endpoint.database}: ${(error as Error).message}`,
    );
  } finally {
    await session.close();
  }
}
