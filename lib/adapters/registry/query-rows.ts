import { redact } from "../../core/redact.js";
import { DatabaseError } from "../../ports/database.js";
import { RegistryError } from "../../ports/registry.js";
import type { Endpoint } from "../pg/connection.js";
import { openSession } from "../pg/connection.js";

/** The registry as a control-plane database returns it for a query. Throws `RegistryError`. */
export async function rowsOfQuery(endpoint: Endpoint, sql: string): Promise<readonly unknown[]> {
  const session = await openSession(endpoint, { purpose: "read", statementTimeout: 30_000, lockTimeout: 2000 });
  try {
    return await session.execute(sql);
  } catch (error) {
    throw new RegistryError(`the registry query failed on ${endpoint.host}/${endpoint.database}: ${reasonOf(error)}`);
  } finally {
    await session.close();
  }
}

/** Errors that name the object at fault and repeat nothing of a row: syntax, access, connection, resources. */
const TELLING = /^(08|28|3D|3F|42|53|54|55|57|58|E)/;

/** A server's message about a value repeats the value, which in a registry may be a password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof DatabaseError)) return "it could not be read";
  if (TELLING.test(error.code)) return `${redact(error.message, [])} [${error.code}]`;
  return `a value of its rows could not be used [${error.code}]; the server's message is not shown, since it repeats the value`;
}
