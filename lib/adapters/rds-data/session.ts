import type { ExecuteStatementResponse } from "@aws-sdk/client-rds-data";
import { OWN_PATH, pathOfSchema } from "../../core/sql/own-path.js";
import { parseSql } from "../../core/sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../../core/sql/statement.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import { type DataApi, TOO_LARGE } from "./data-api.js";
import { bound } from "./parameters.js";
import { rowsOf } from "./rows.js";
import { applySettings, type Settings, settingChange } from "./settings.js";

type Piece = ParsedStatement | UnparsedStatement;

interface Transaction {
  readonly id: string;
  /** The settings to restore when it is rolled back. */
  readonly before: Settings;
}

/** A statement that PostgreSQL refuses inside a transaction. */
const OUTSIDE = "25001";
/** Rows of one page of a large answer, at first. */
const PAGE = 256;

export interface DataApiSessionState {
  readonly serverVersion: number;
  readonly readOnly: boolean;
  readonly settings: Settings;
  /** The search_path that the database and the role set. */
  readonly path: string;
  readonly role: string | null;
  readonly owner: string | null;
}

/**
 * A session over calls that share no connection: its settings are set again in each transaction, a statement outside one gets its own
 * transaction, and where PostgreSQL refuses that it runs without one, and so without settings.
 */
export class DataApiSession implements Session {
  readonly serverVersion: number;
  /** Each transaction has its own backend; none belongs to the session. */
  readonly backend = 0;
  /** The settings are set again in each transaction. */
  readonly pooled = false;
  readonly role: string | null;
  readonly owner: string | null;
  private readonly readOnly: boolean;
  private settings: Settings;
  private open: Transaction | null = null;
  private readonly given: string;
  /** The search_path of others' statements. */
  private others: string;

  constructor(
    private readonly api: DataApi,
    { serverVersion, readOnly, settings, path, role, owner }: DataApiSessionState,
  ) {
    this.serverVersion = serverVersion;
    this.role = role;
    this.owner = owner;
    this.readOnly = readOnly;
    this.settings = settings;
    this.given = path;
    this.others = path;
  }

  async execute<R extends Row = Row>(text: string): Promise<R[]> {
    const own = this.settings;
    try {
      this.settings = new Map([...own, ["search_path", this.others]]);
      await this.setAgain(this.open);
      const rows = await this.query<R>(text);
      this.others = await this.pathNow(this.open);
      return rows;
    } finally {
      this.settings = new Map([...this.settings, ["search_path", own.get("search_path") ?? OWN_PATH]]);
      // A failed transaction accepts neither settings nor queries before it is rolled back.
      await this.setAgain(this.open).catch(() => {});
    }
  }

  path(): string {
    return this.others;
  }

  async backendNow(): Promise<number | null> {
    if (!this.open) return null;
    const asked = "select pg_catalog.pg_backend_pid() as pid";
    const [row] = rowsOf<{ pid: number }>(await this.api.execute(asked, [], this.open.id));
    return row?.pid ?? null;
  }

  async describe(): Promise<never> {
    throw new DatabaseError("the RDS Data API does not describe a statement", "0A000");
  }

  lookUpIn(schema: string | null, shared?: readonly string[]): void {
    this.others = schema === null ? this.given : pathOfSchema(schema, shared);
  }

  /** Each call may meet another backend, on which nothing is prepared. */
  async repeated<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.query<R>(text, values);
  }

  async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const { statements } = parseSql(text, "");
    const [only] = statements;
    if (only === undefined) return [];
    if (statements.length > 1) throw new DatabaseError("one statement was expected", "42601");
    try {
      return rowsOf<R>(await this.run(only, values));
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== TOO_LARGE || !this.readOnly) throw error;
      return this.pages<R>(text, values);
    }
  }

  async script(text: string): Promise<void> {
    for (const statement of parseSql(text, "").statements) await this.run(statement);
  }

  async close(): Promise<void> {
    if (this.open) await this.api.rollback(this.open.id).catch(() => {});
    this.open = null;
  }

  private async run(statement: Piece, values?: readonly unknown[]): Promise<ExecuteStatementResponse> {
    if ("node" in statement) {
      if (await this.controlled(statement)) return {};
      const change = settingChange(statement);
      if (change) {
        this.settings = change(this.settings);
        if (!this.open) return {};
      }
    }
    const { sql, parameters } = bound(statement.sql, values);
    if (this.open) return this.api.execute(sql, parameters, this.open.id);
    try {
      return await this.alone("", (id) => this.api.execute(sql, parameters, id));
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== OUTSIDE || this.readOnly) throw error;
      return this.outside(sql);
    }
  }

  /** BEGIN, COMMIT and ROLLBACK are separate calls. True if the statement was one of them. */
  private async controlled({ node, sql }: ParsedStatement): Promise<boolean> {
    const kind = (node as { TransactionStmt?: { kind?: string } }).TransactionStmt?.kind;
    if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") {
      this.open = { id: await this.begun(sql), before: this.settings };
      return true;
    }
    if (kind !== "TRANS_STMT_COMMIT" && kind !== "TRANS_STMT_ROLLBACK") return false;
    const { open } = this;
    this.open = null;
    if (open && kind === "TRANS_STMT_ROLLBACK") {
      this.settings = open.before;
      await this.api.rollback(open.id);
    } else if (open) await this.api.commit(open.id);
    return true;
  }

  /** A transaction with its characteristics and this session's settings. `text`: the BEGIN that asked for it. */
  private async begun(text: string): Promise<string> {
    const id = await this.api.begin();
    try {
      const isolation = /isolation\s+level\s+(serializable|repeatable\s+read|read\s+(?:un)?committed)/i.exec(text)?.[1];
      const modes = [
        ...(isolation === undefined ? [] : [`isolation level ${isolation}`]),
        ...(this.readOnly || /read\s+only/i.test(text) ? ["read only"] : []),
      ];
      if (modes.length > 0) await this.api.execute(`set transaction ${modes.join(", ")}`, [], id);
      const settings = applySettings(this.settings);
      if (settings !== null) await this.api.execute(settings, [], id);
      return id;
    } catch (error) {
      await this.api.rollback(id).catch(() => {});
      throw error;
    }
  }

  private async setAgain(open: Transaction | null): Promise<void> {
    const settings = applySettings(this.settings);
    if (open && settings !== null) await this.api.execute(settings, [], open.id);
  }

  /** Without a transaction, only the statement's text shows what it set. */
  private async pathNow(open: Transaction | null): Promise<string> {
    if (!open) return this.settings.get("search_path") ?? this.given;
    const asked = "select pg_catalog.current_setting('search_path') as path";
    const [row] = rowsOf<{ path: string }>(await this.api.execute(asked, [], open.id));
    return row?.path ?? this.given;
  }

  private async alone<T>(begin: string, work: (id: string) => Promise<T>): Promise<T> {
    const id = await this.begun(begin);
    let result: T;
    try {
      result = await work(id);
    } catch (error) {
      await this.api.rollback(id).catch(() => {});
      throw error;
    }
    await this.api.commit(id);
    return result;
  }

  private outside(sql: string): Promise<ExecuteStatementResponse> {
    // A name without its schema would be found in another one.
    if (![OWN_PATH, this.given].includes(this.settings.get("search_path") ?? this.given))
      throw new DatabaseError(
        "the RDS Data API cannot set a search_path for a statement outside a transaction; give the tenant a url",
        "0A000",
      );
    if (this.role !== null)
      throw new DatabaseError(
        `the RDS Data API cannot run a statement outside a transaction as ${this.role}; give the tenant a url`,
        "0A000",
      );
    return this.api.execute(sql, [], null);
  }

  /** Reads again, page by page, what is too large for one answer. */
  private async pages<R extends Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const { sql, parameters } = bound(text, values);
    for (let page = PAGE; ; page = Math.floor(page / 4)) {
      try {
        return await this.alone("", (id) => this.fetched<R>(sql, parameters, page, id));
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== TOO_LARGE || page === 1) throw error;
      }
    }
  }

  private async fetched<R extends Row>(
    sql: string,
    parameters: ReturnType<typeof bound>["parameters"],
    page: number,
    id: string,
  ): Promise<R[]> {
    const rows: R[] = [];
    await this.api.execute(`declare schema_gate_page no scroll cursor for ${sql}`, parameters, id);
    for (;;) {
      const some = rowsOf<R>(await this.api.execute(`fetch forward ${page} from schema_gate_page`, [], id));
      rows.push(...some);
      if (some.length < page) return rows;
    }
  }
}
