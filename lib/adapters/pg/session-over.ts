import type pg from "pg";
import type { Session, SessionOptions } from "../../ports/database.js";
import { PgSession, type RolesOfSession, rowsOf, type Server } from "./pg-session.js";
import { readPreamble, writePreamble } from "./preamble.js";
import { ReadSession } from "./read-session.js";

/** The session over a connection that was just made. Throws what the driver throws. */
export async function sessionOver(client: pg.Client, options: SessionOptions, as: RolesOfSession): Promise<Session> {
  if (options.purpose === "read")
    return new ReadSession(client, await greeted(client, readPreamble(options)), options, as.owner);
  return new PgSession(client, await greeted(client, writePreamble(options, backendOf(client), as.role)), as);
}

/** The process id from when the connection was made. The driver's types leave it out. */
function backendOf(client: pg.Client): number {
  return (client as unknown as { readonly processID: number | null }).processID ?? 0;
}

async function greeted(client: pg.Client, preamble: string): Promise<Server> {
  const row = rowsOf(await client.query(preamble))[0] as Omit<Server, "pooled"> | undefined;
  if (!row) throw new Error("the server answered the first query with no row");
  // A pooler answers for itself when the connection is made, and then leads each transaction to some backend.
  return { version: row.version, pid: row.pid, path: row.path, pooled: row.pid !== backendOf(client) };
}
