import type pg from "pg";
import type { Described, Preparation, Refusal } from "../../core/queries/description.js";
import { OWN_PATH, pathOfSchema } from "../../core/sql/own-path.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import { databaseError } from "./database-error.js";
import {
  describeStatement,
  namedTypes,
  type PlannedDescription,
  planStatement,
  readTypes,
  withMissing,
} from "./describe-statement.js";
import { setPath, swapPath } from "./preamble.js";
import { PreparedTexts } from "./prepared-texts.js";
import { setRole } from "./session-role.js";

export type RolesOfSession = Pick<Session, "role" | "owner">;

export interface Server {
  readonly version: number;
  readonly pid: number;
  /** The path of the database and the role. */
  readonly path: string;
  readonly pooled: boolean;
}

/** The rows of the last of several statements. */
export function rowsOf(answer: pg.QueryResult | readonly pg.QueryResult[]): Row[] {
  return ("rows" in answer ? [answer] : answer).at(-1)?.rows ?? [];
}

export class PgSession implements Session {
  readonly serverVersion: number;
  readonly backend: number;
  readonly pooled: boolean;
  readonly role: string | null;
  readonly owner: string | null;
  /** The search_path of others' statements. */
  private others: string;
  private readonly prepared: PreparedTexts;

  constructor(
    protected readonly client: pg.Client,
    private readonly server: Server,
    { role, owner }: RolesOfSession,
  ) {
    this.role = role;
    this.owner = owner;
    this.serverVersion = server.version;
    this.backend = server.pid;
    this.pooled = server.pooled;
    this.others = server.path;
    this.prepared = new PreparedTexts(client);
  }

  async query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    if (!this.pathless) return this.send<R>(text, values);
    await this.send(`begin; ${this.scoped()}`);
    try {
      const rows = await this.send<R>(text, values);
      await this.send("commit");
      return rows;
    } catch (error) {
      await this.send("rollback").catch(() => {});
      throw error;
    }
  }

  async repeated<R extends Row = Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    // Behind a pooler the next transaction may meet a backend on which nothing is prepared.
    if (this.pooled) return this.query<R>(text, values);
    const name = await this.nameOf(text);
    return rowsOf(await this.answered({ text, values: [...values], name })) as R[];
  }

  private async nameOf(text: string): Promise<string> {
    try {
      return await this.prepared.nameOf(text);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async script(text: string): Promise<void> {
    if (!this.pathless) return void (await this.send(text));
    const [begin = ""] = BEGIN.exec(text) ?? [];
    await this.send(`${begin === "" ? "" : `${begin}; `}${this.scoped()}; ${rest(text, begin)}`);
  }

  /** Behind a pooler each transaction gets its path and its role again. */
  private scoped(): string {
    return `${setPath(OWN_PATH, true)}${this.role === null ? "" : `, ${setRole(this.role, true)}`}`;
  }

  async execute<R extends Row = Row>(text: string): Promise<R[]> {
    if (this.client.getTransactionStatus() === "I") return this.alone<R>(text);
    // What the statement set for the session would come back at the commit under a path that is ours for the transaction only.
    await this.send(setPath(this.others, true));
    const rows = await this.one<R>(text);
    this.others = pathOf(await this.send(swapPath(OWN_PATH, this.temporary)));
    return rows;
  }

  path(): string {
    return this.others;
  }

  async backendNow(): Promise<number | null> {
    if (!this.pooled || this.pathless) return this.pooled ? null : this.backend;
    return (await this.send<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid"))[0]?.pid ?? null;
  }

  async describe(
    statements: readonly Preparation[],
    { plans }: { readonly plans: boolean },
  ): Promise<readonly Described[]> {
    const inside = this.client.getTransactionStatus() !== "I";
    if (!inside && this.pooled)
      throw new DatabaseError("behind a pooler a statement is described in a transaction", "0A000");
    const begin = inside ? `savepoint described; ${setPath(this.others, true)}` : setPath(this.others, false);
    const types = await readTypes(this, statements);
    const again = inside ? `rollback to savepoint described; ${setPath(this.others, true)}` : null;
    const end = inside ? "rollback to savepoint described; release savepoint described" : setPath(OWN_PATH, false);
    await this.send(begin);
    const answers = await this.describeEach(statements, { types, plans, again }).finally(() => this.send(end));
    return namedTypes(this, answers);
  }

  private async describeEach(
    statements: readonly Preparation[],
    how: { readonly types: ReadonlyMap<string, number>; readonly plans: boolean; readonly again: string | null },
  ): Promise<readonly (PlannedDescription | Refusal)[]> {
    const described: (PlannedDescription | Refusal)[] = [];
    // Planning evaluates immutable functions.
    this.prepared.doubt();
    for (const { text, parameters } of statements) {
      const declared = (parameters ?? []).map((name) => how.types.get(name) ?? 0);
      const one = await this.orRefusal(() => describeStatement(this.client, text, declared), how.again);
      const answer = "code" in one ? one : withMissing(one, parameters, how.types);
      const plan = async (types: readonly number[]) =>
        this.orRefusal(() => planStatement(this.client, text, types), how.again);
      described.push("code" in answer || !how.plans ? answer : { ...answer, plan: await plan(answer.parameters) });
    }
    return described;
  }

  /** `again` makes the transaction usable after a refusal. */
  private async orRefusal<T>(ask: () => Promise<T>, again: string | null): Promise<T | Refusal> {
    try {
      return await ask();
    } catch (thrown) {
      const error = databaseError(thrown);
      if (!error.isOfStatement) throw error;
      if (again !== null) await this.send(again);
      return { code: error.code, message: error.message };
    }
  }

  lookUpIn(schema: string | null, shared?: readonly string[]): void {
    this.others = schema === null ? this.server.path : pathOfSchema(schema, shared);
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }

  /** Whether a path of ours must end with the transaction. */
  protected get temporary(): boolean {
    return this.pooled;
  }

  /** Behind a pooler no setting lasts outside a transaction. */
  private get pathless(): boolean {
    return this.pooled && this.client.getTransactionStatus() === "I";
  }

  /** Outside a transaction; sent in one message with others it would be inside one. */
  private async alone<R extends Row>(text: string): Promise<R[]> {
    if (this.pooled) return this.one<R>(text);
    await this.send(setPath(this.others, false));
    try {
      return await this.one<R>(text);
    } finally {
      this.others = await this.send(swapPath(OWN_PATH, false)).then(pathOf, () => this.others);
    }
  }

  /**
   * Uses the extended protocol, in which the server refuses a text that it reads as several statements: what is inside a literal for us
   * cannot be a statement for the server.
   */
  private async one<R extends Row>(text: string): Promise<R[]> {
    this.prepared.doubt();
    return rowsOf(await this.answered({ text, queryMode: "extended" } as pg.QueryConfig)) as R[];
  }

  protected async send<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return rowsOf(await this.sent(text, values)) as R[];
  }

  private async sent(text: string, values?: readonly unknown[]): Promise<pg.QueryResult | readonly pg.QueryResult[]> {
    this.prepared.noteSending(text);
    return this.answered(values === undefined ? text : { text, values: [...values] });
  }

  private async answered(query: string | pg.QueryConfig): Promise<pg.QueryResult | readonly pg.QueryResult[]> {
    try {
      return await this.client.query(query);
    } catch (error) {
      throw databaseError(error);
    }
  }
}

/** How a script begins a transaction. */
export const BEGIN = /^\s*begin\b[^;]*/i;

function rest(text: string, begin: string): string {
  return begin === "" ? text : text.slice(text.indexOf(begin) + begin.length).replace(/^\s*;/, "");
}

const pathOf = (rows: readonly Row[]): string => String(rows[0]?.path ?? OWN_PATH);
