import pg from "pg";
import type { Session, SessionOptions } from "../../ports/database.js";
import { databaseError } from "./database-error.js";
import { sessionOver } from "./pg-session.js";

/** Where and as whom to connect. Holds a secret: never stored, logged or put in state. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** Verified TLS unless the URL says otherwise; off on the loopback interface. */
  readonly tls: boolean;
}

/** Where each session leads, for programs that connect by themselves; apart from the session, which shows no secret. */
const endpoints = new WeakMap<Session, Endpoint>();

/** Throws for a session that this driver did not open. */
export function endpointOfSession(session: Session): Endpoint {
  const endpoint = endpoints.get(session);
  if (!endpoint) throw new Error("the session was not opened here");
  return endpoint;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens one connection, with its timeouts set before anything else runs. A session that reads stays in read-only
 * transactions, and what it sets ends with them: behind a transaction pooler nothing of it is left on a connection that
 * others are given next. Throws `DatabaseError`.
 */
export async function openSession(endpoint: Endpoint, options: SessionOptions): Promise<Session> {
  const client = new pg.Client({
    host: endpoint.host,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.user,
    ...(endpoint.password === undefined ? {} : { password: endpoint.password }),
    ssl: endpoint.tls ? { rejectUnauthorized: true } : false,
    application_name: "schema-gate",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A connection that breaks while idle must reject the next query, not end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    const session = await sessionOver(client, options);
    endpoints.set(session, endpoint);
    return session;
  } catch (error) {
    await client.end().catch(() => {});
    throw databaseError(error);
  }
}
