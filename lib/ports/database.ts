import type { ExtensionStatement } from "../core/operations/extension-statement.js";
import type { Described, Preparation } from "../core/queries/description.js";
import { qualified } from "../core/sql/quote.js";
import type { Tenant } from "./registry.js";

/** How long a session of ours may be idle within a transaction, by the server's own clock. Milliseconds. */
export const IDLE_IN_TRANSACTION_MS = 600_000;

export interface SessionOptions {
  readonly purpose: "read" | "write";
  /** Milliseconds; 0 means none. */
  readonly statementTimeout: number;
  /** Milliseconds; 0 means none. */
  readonly lockTimeout: number;
  /** Read from the tenant's replica if it has one. */
  readonly replica?: boolean;
  /** The tenant's logical replica instead of the tenant; only where `tenant.subscriber` says that it has one. */
  readonly subscriber?: boolean;
  /** Without the tenant's role, as whoever signs in: to create databases, and to end sessions, which belong to the login. */
  readonly asLogin?: boolean;
  /** For a tenant that is a schema, to read: the session may be another tenant's of the same database, and is handed on. */
  readonly pool?: SessionPool;
}

/** Read sessions that tenants of one database hand on to each other: a backend then plans our queries once, which takes most of their time. */
export interface SessionPool {
  /** An open session, which the caller alone uses from now on; null if there is none. `key`: the login, the database and the options. */
  take(key: string): Session | null;
  /** Hands on a session in which nothing of its tenant is left; false if it is to be closed. */
  giveBack(key: string, session: Session): boolean;
}

export type Row = Record<string, unknown>;

/**
 * One connection to one database, for one caller at a time. Our own statements resolve functions, operators and types only in pg_catalog,
 * and name users' objects with their schema: a tenant's object is never mistaken for PostgreSQL's.
 */
export interface Session {
  readonly serverVersion: number;
  /** Process id of the server's backend. */
  readonly backend: number;
  /** True if there is a pooler in between: another backend may answer outside a transaction, where no setting holds, and nothing may be set. */
  readonly pooled: boolean;
  /**
   * Process id of the backend that will run the next statement; null if nobody can know it: outside a transaction, behind a pooler or over
   * an API without connections. Throws `DatabaseError`.
   */
  backendNow(): Promise<number | null>;
  /** The role that its statements run as, and return to; null for the login itself. */
  readonly role: string | null;
  /** The role of sessions that change this tenant, whether or not this one does. */
  readonly owner: string | null;
  /** One statement. Parameters are bound, never spliced into the text. Throws `DatabaseError`. */
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /**
   * `query` for a text of ours that the session sends more than once: the server keeps it parsed, and planned if it has no parameters. Throws
   * `DatabaseError`.
   */
  repeated<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** Several statements in one round trip, without parameters. Throws `DatabaseError`. */
  script(text: string): Promise<void>;
  /**
   * One statement that others wrote: a release, a way back, the config. It runs with its own search_path, which it may change for the next
   * one. Throws `DatabaseError`.
   */
  execute<R extends Row = Row>(text: string): Promise<R[]>;
  /**
   * Where `execute` looks names up from now on: a schema and those that are `shared` (default: public); null means where the database and
   * the role say.
   */
  lookUpIn(schema: string | null, shared?: readonly string[]): void;
  /** The search_path of the next `execute`: from `lookUpIn`, or as a statement has changed it since. */
  path(): string;
  /**
   * What the server says about statements that others wrote, along the path of `execute`: parsed, with `plans` also planned for any value
   * (which evaluates expressions), never executed. In a transaction its locks are released. A refused statement has its reason; throws
   * `DatabaseError` if the connection fails, or if a driver cannot do it.
   */
  describe(statements: readonly Preparation[], more: { readonly plans: boolean }): Promise<readonly Described[]>;
  /** Where each transaction may be led elsewhere: throws if this one does not reach the database that was approved. */
  readonly assertApproved?: () => Promise<void>;
  /** On a clone, where a lesser role executes: what the login creates for it. */
  readonly makeExtension?: MakeExtension;
  close(): Promise<void>;
}

export type ExtensionWanted = ExtensionStatement;

/** Creates an extension that the config allows; false if it does not, or there is nothing to create. Throws `DatabaseError`. */
export type MakeExtension = (wanted: ExtensionWanted) => Promise<boolean>;

/** Why what is executed on a clone is not contained in it. */
export interface Uncontained {
  /** For people: a clause. */
  readonly reason: string;
  /** Statements; any one of them would contain it. */
  readonly remedy: string;
}

/** A database of ours on a server on which clones may be made. */
export interface Clone {
  /** What its sessions may reach outside it, since no lesser role executes; null if they reach nothing, or the config says why they may. */
  readonly uncontained: Uncontained | null;
  open(options: SessionOptions): Promise<Session>;
  drop(): Promise<void>;
}

/** What a driver cannot do, so that it is reported before anything is executed. */
export interface DriverLimits {
  /** For messages, such as `the RDS Data API`. */
  readonly driver: string;
  readonly longestStatementMs: number;
  /** Whether a search_path and timeouts hold for a statement outside a transaction. */
  readonly settingsOutsideTransactions: boolean;
}

export interface Database {
  /** Null if the connection to the tenant has no limits of its own. */
  limits(tenant: Tenant): Promise<DriverLimits | null>;
  connect(tenant: Tenant, options: SessionOptions): Promise<Session>;
  /** A copy of the tenant's database with its rows, on a staging server or on its own. */
  clone(tenant: Tenant, name: string): Promise<Clone>;
  /** An empty database next to the tenant's. */
  scratch(tenant: Tenant, name: string): Promise<Clone>;
  /** Removes clones and scratch databases of killed processes whose names begin with `prefix`. Returns their names. */
  sweep(tenant: Tenant, prefix: string): Promise<readonly string[]>;
}

/** A failure of the server or of the connection to it. Contains no secret and no SQL text of ours. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  constructor(
    message: string,
    /** SQLSTATE, or the system's code (`ECONNREFUSED`) if the server was not reached. */
    readonly code: string,
    readonly detail: string | null = null,
    override readonly cause: unknown = null,
  ) {
    super(message);
  }

  /** Whether the statement itself was refused; not for want of a connection, a running server or resources. */
  get isOfStatement(): boolean {
    return /^(?!08|53|57P|58)[0-9A-Z]{5}$/.test(this.code);
  }

  /** The constraint that was violated, with its schema, as SQL; null if the server named none. */
  get constraint(): string | null {
    const { schema, constraint } = (this.cause ?? {}) as { readonly schema?: string; readonly constraint?: string };
    return schema === undefined || constraint === undefined ? null : qualified(schema, constraint);
  }
}

/** A clone, a scratch database or the role that executed on it could not be removed. The work on it is done; the next sweep tries again. */
export class NotDropped extends DatabaseError {
  constructor(
    readonly left: { readonly kind: "database" | "role"; readonly name: string },
    reason: string,
    /** What to do about it: statements. */
    readonly remedy: string,
    cause: DatabaseError,
  ) {
    super(
      `the ${left.kind} ${left.name} that Schema Gate made could not be dropped: ${reason}`,
      "NOT-DROPPED",
      null,
      cause,
    );
  }
}
