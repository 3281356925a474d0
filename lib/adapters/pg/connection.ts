import pg from "pg";
import type { DatabaseError, Row, Session, SessionOptions } from "../../ports/database.js";
import { databaseError } from "./database-error.js";
import { sessionOver } from "./session-over.js";
import {
  MAY_BECOME,
  type MayBecome,
  ROLE_REFUSED,
  roleError,
  roleOf,
  startupRole,
  TAKES_NO_OPTIONS,
} from "./session-role.js";

/** Where and as whom to connect. Holds a secret: never stored, logged or put in state. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** Verified TLS unless the URL says otherwise; off on the loopback interface. */
  readonly tls: boolean;
  /** The owner of the tenant's objects; `user` is a member of it. Sessions that change something run as this role. */
  readonly role?: string;
}

/** The endpoint of each session, for programs that make their own connections; kept apart from the session, which shows no secret. */
const endpoints = new WeakMap<Session, Endpoint>();

/** Throws for a session that this driver did not open. */
export function endpointOfSession(session: Session): Endpoint {
  const endpoint = endpoints.get(session);
  if (!endpoint) throw new Error("the session was not opened here");
  return endpoint;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens one connection, with its timeouts set before anything else runs. A session that reads stays in read-only transactions, and its
 * settings end with them: behind a transaction pooler nothing is left on a connection that others get next. Throws `DatabaseError`.
 */
export async function openSession(endpoint: Endpoint, options: SessionOptions): Promise<Session> {
  const role = roleOf(endpoint.role, options);
  try {
    return await opened(endpoint, options, { role, atStart: role !== null });
  } catch (error) {
    if (role === null) throw error;
    // Each transaction sets it then.
    const refused = databaseError(error);
    if (TAKES_NO_OPTIONS.has(refused.code)) return opened(endpoint, options, { role, atStart: false });
    throw ROLE_REFUSED.has(refused.code) ? await reasonOf(endpoint, role, refused) : refused;
  }
}

/** Asks as the login, since the server returns one code for several reasons. */
async function reasonOf(endpoint: Endpoint, role: string, refused: DatabaseError): Promise<DatabaseError> {
  try {
    const session = await opened(endpoint, ASKING, { role: null, atStart: false });
    try {
      const [answer] = await session.query<Row & MayBecome>(MAY_BECOME, [role]);
      return answer ? roleError(answer, role, refused) : refused;
    } finally {
      await session.close();
    }
  } catch {
    return refused;
  }
}

const ASKING: SessionOptions = { purpose: "read", statementTimeout: 5000, lockTimeout: 1000 };

interface RoleOfSession {
  readonly role: string | null;
  /** The role is requested when the connection is made. */
  readonly atStart: boolean;
}

async function opened(endpoint: Endpoint, options: SessionOptions, { role, atStart }: RoleOfSession): Promise<Session> {
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
    ...(role !== null && atStart ? { options: startupRole(role) } : {}),
  });
  // The library would send PGPASSWORD to whatever server this is. Its password file goes by host.
  if (endpoint.password === undefined) Object.assign(client, { password: null });
  // A connection that breaks while idle must reject the next query, not end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    const session = await sessionOver(client, options, { role, owner: endpoint.role ?? null });
    endpoints.set(session, endpoint);
    return session;
  } catch (error) {
    await client.end().catch(() => {});
    throw databaseError(error);
  }
}
