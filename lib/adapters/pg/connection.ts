import pg from "pg";
import { literal } from "../../core/sql/quote.js";
import { DatabaseError, type Row, type Session, type SessionOptions } from "../../ports/database.js";

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
 * Opens one connection, with its timeouts set before anything else runs. A session that reads resolves functions and
 * operators in pg_catalog first, whatever search_path the database or the role was given: a tenant cannot put its own in
 * the place of one of ours.
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
    const [row] = await rowsOf<{ version: number; pid: number }>(client, preamble(options));
    if (!row) throw new Error("the server answered the first query with no row");
    const session = new PgSession(client, row.version, row.pid);
    endpoints.set(session, endpoint);
    return session;
  } catch (error) {
    await client.end().catch(() => {});
    throw databaseError(error);
  }
}

/** From PostgreSQL 14 on, a statement on Linux ends when the process that sent it is gone, instead of holding its locks. */
const CLIENT_CHECK = `case when pg_catalog.current_setting('server_version_num')::int >= 140000
    and pg_catalog.strpos(pg_catalog.version(), 'linux') > 0
  then pg_catalog.set_config('client_connection_check_interval', '5s', false) end`;

function preamble(options: SessionOptions): string {
  const settings: [string, string][] = [
    ["statement_timeout", String(options.statementTimeout)],
    ["lock_timeout", String(options.lockTimeout)],
    ["idle_in_transaction_session_timeout", "600000"],
    ["default_transaction_read_only", options.purpose === "read" ? "on" : "off"],
  ];
  const sets = settings.map(([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`);
  if (options.purpose === "read") {
    // Without the comma where the path was empty.
    const path =
      "pg_catalog.regexp_replace(pg_catalog.concat('pg_catalog, ', pg_catalog.current_setting('search_path')), ', $', '')";
    sets.push(`pg_catalog.set_config('search_path', ${path}, false)`);
  }
  if (options.purpose === "write") sets.push(CLIENT_CHECK);
  const version = "pg_catalog.int4(pg_catalog.current_setting('server_version_num'))";
  return `select ${version} as version, pg_catalog.pg_backend_pid() as pid, ${sets.join(", ")}`;
}

async function rowsOf<R extends Row>(client: pg.Client, text: string, values?: readonly unknown[]): Promise<R[]> {
  const result = await client.query<R>(text, values as unknown[] | undefined);
  return result.rows;
}

class PgSession implements Session {
  private readonly client: pg.Client;
  readonly serverVersion: number;
  readonly backend: number;

  constructor(client: pg.Client, serverVersion: number, backend: number) {
    this.client = client;
    this.serverVersion = serverVersion;
    this.backend = backend;
  }

  async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    try {
      return await rowsOf<R>(this.client, text, values);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async script(text: string): Promise<void> {
    try {
      await this.client.query(text);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }
}

export function databaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const fields = error as {
    message?: string;
    code?: string;
    detail?: string;
    errors?: { message?: string; code?: string }[];
  };
  const first = fields.errors?.[0];
  return new DatabaseError(
    fields.message || first?.message || String(error),
    fields.code ?? first?.code ?? (isCut(fields.message) ? "08006" : "UNKNOWN"),
    fields.detail ?? null,
    error,
  );
}

/** The driver gives a connection that ended under a statement no code. */
function isCut(message: string | undefined): boolean {
  return /^Connection terminated|not queryable|^timeout expired/.test(message ?? "");
}
