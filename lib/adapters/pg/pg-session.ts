import type pg from "pg";
import type { Row, Session, SessionOptions } from "../../ports/database.js";
import { databaseError } from "./database-error.js";
import { nextReading, readPreamble, writePreamble } from "./preamble.js";

/** The session over a connection that has just been made. Throws what the driver throws. */
export async function sessionOver(client: pg.Client, options: SessionOptions): Promise<Session> {
  if (options.purpose === "read") return new ReadSession(client, await greeted(client, readPreamble(options)), options);
  return new PgSession(client, await greeted(client, writePreamble(options, backendOf(client))));
}

/** The process id that was given when the connection was made. The driver's types leave it out. */
function backendOf(client: pg.Client): number {
  return (client as unknown as { readonly processID: number | null }).processID ?? 0;
}

interface Server {
  readonly version: number;
  readonly pid: number;
  readonly pooled: boolean;
}

async function greeted(client: pg.Client, preamble: string): Promise<Server> {
  const answer = (await client.query(preamble)) as unknown as pg.QueryResult | readonly pg.QueryResult[];
  const last = "rows" in answer ? answer : answer.at(-1);
  const row = last?.rows[0] as { readonly version: number; readonly pid: number } | undefined;
  if (!row) throw new Error("the server answered the first query with no row");
  // A pooler answers for itself when the connection is made, and then leads each transaction to some backend.
  return { version: row.version, pid: row.pid, pooled: row.pid !== backendOf(client) };
}

class PgSession implements Session {
  readonly serverVersion: number;
  readonly backend: number;
  readonly pooled: boolean;

  constructor(
    protected readonly client: pg.Client,
    { version, pid, pooled }: Server,
  ) {
    this.serverVersion = version;
    this.backend = pid;
    this.pooled = pooled;
  }

  async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    try {
      return (await this.client.query<R>(text, values as unknown[] | undefined)).rows;
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

/** `own`: begun by the session for a query; `caller`: the caller's, who also ends it. */
type Open = "own" | "caller" | null;

/**
 * Reads in transactions of its own, which set all that it needs: the next begins where one failed. A caller's own
 * transaction takes the place of it, with the same settings.
 */
class ReadSession extends PgSession {
  private open: Open = "own";

  constructor(
    client: pg.Client,
    server: Server,
    private readonly options: SessionOptions,
  ) {
    super(client, server);
  }

  override async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.reading(() => super.query<R>(text, values));
  }

  override async script(text: string): Promise<void> {
    const [begin] = /^\s*begin\b[^;]*/i.exec(text) ?? [];
    if (begin !== undefined) {
      await this.end();
      this.open = "caller";
      return super.script(nextReading(this.options, begin) + text.slice(begin.length));
    }
    if (/^\s*(?:commit|rollback)\s*$/i.test(text)) return this.end();
    return this.reading(() => super.script(text));
  }

  override async close(): Promise<void> {
    // A pooler keeps the connection to the server, which must not stay in a transaction.
    if (this.pooled) await this.end().catch(() => {});
    return super.close();
  }

  private async reading<T>(work: () => Promise<T>): Promise<T> {
    if (this.open === null) {
      await super.script(nextReading(this.options));
      this.open = "own";
    }
    try {
      return await work();
    } catch (error) {
      // On a broken connection the server rolls back by itself.
      if (this.open === "own") await this.end().catch(() => {});
      throw error;
    }
  }

  private async end(): Promise<void> {
    if (this.open === null) return;
    this.open = null;
    await super.script("rollback");
  }
}
