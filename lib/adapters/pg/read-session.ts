import type pg from "pg";
import type { Described, Preparation } from "../../core/queries/description.js";
import type { Row, SessionOptions } from "../../ports/database.js";
import { BEGIN, PgSession, type Server } from "./pg-session.js";
import { nextReading } from "./preamble.js";

/** `own`: begun by the session for a query; `caller`: the caller's, who also ends it. */
type Open = "own" | "caller" | null;

/**
 * Reads in its own transactions, which set everything that they need: after a failure the next one begins. A caller's own transaction takes
 * their place, with the same settings.
 */
export class ReadSession extends PgSession {
  private open: Open = "own";

  constructor(
    client: pg.Client,
    server: Server,
    private readonly options: SessionOptions,
    owner: string | null,
  ) {
    super(client, server, { role: null, owner });
  }

  override async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.reading(() => super.query<R>(text, values));
  }

  override async repeated<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.reading(() => super.repeated<R>(text, values));
  }

  override async execute<R extends Row = Row>(text: string): Promise<R[]> {
    return this.reading(() => super.execute<R>(text));
  }

  override async describe(
    statements: readonly Preparation[],
    more: { readonly plans: boolean },
  ): Promise<readonly Described[]> {
    return this.reading(() => super.describe(statements, more));
  }

  protected override get temporary(): boolean {
    return true;
  }

  override async script(text: string): Promise<void> {
    const [begin] = BEGIN.exec(text) ?? [];
    if (begin !== undefined) {
      await this.end();
      this.open = "caller";
      await this.send(nextReading(this.options, begin) + text.slice(begin.length));
      return;
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
      await this.send(nextReading(this.options));
      this.open = "own";
    }
    try {
      return await work();
    } catch (error) {
      // If the connection is broken, the server rolls back on its own.
      if (this.open === "own") await this.end().catch(() => {});
      throw error;
    }
  }

  private async end(): Promise<void> {
    if (this.open === null) return;
    this.open = null;
    await this.send("rollback");
  }
}
