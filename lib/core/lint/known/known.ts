import type { Node, RangeVar } from "libpg-query";
import type { LintScript, LintStatement, Transaction } from "../lint-statement.js";
import type { TableLock } from "../table-locks.js";
import { partsKey, rangeKey } from "./key.js";
import type { KnownIndex, KnownTable } from "./table.js";

/** Rows and bytes of a table with its indexes; of the largest tenant when there are several. */
export interface TableSize {
  readonly rows: number;
  readonly bytes: number;
}

export interface KnownView {
  readonly key: string;
  readonly materialized: boolean;
  readonly query: Node;
  /** Keys of the relations that it reads. */
  readonly tables: ReadonlySet<string>;
  readonly addedBy: LintStatement | null;
}

export interface KnownType {
  readonly key: string;
  readonly kind: "enum" | "domain" | "other";
  readonly createdBy: LintStatement | null;
}

export interface Circumstances {
  /** Whether the files are applied in one go, so that a table made by the first is still empty at the last. */
  readonly together: boolean;
  /** Major versions on which the release must run. */
  readonly versions: { readonly from: number; readonly to: number };
  /** `server_version_num` where a server was asked. */
  readonly serverVersion: number | null;
  /** The runner sets lock_timeout itself. */
  readonly lockTimeoutSet: boolean;
  /** A tenant is a schema of a shared database. */
  readonly schemaPerTenant: boolean;
  /** Opaque statements are reported, and may be accepted, by the gate that reads the release. */
  readonly opaqueReported: boolean;
}

/** A lock that an earlier statement of the transaction took and that is held until its end. */
export interface HeldLock extends TableLock {
  readonly statement: LintStatement;
}

/** What stands just before a statement: the catalog, if there is one, and what the files before it did. */
export class Known {
  readonly tables = new Map<string, KnownTable>();
  readonly indexes = new Map<string, KnownIndex>();
  readonly views = new Map<string, KnownView>();
  readonly types = new Map<string, KnownType>();
  /** Volatility by function name: "immutable" | "stable" | "volatile". */
  readonly functions = new Map<string, string>();
  /** Statements so far that are reported on, in order. */
  readonly passed: LintStatement[] = [];
  /** Statements that dropped a primary key. */
  readonly droppedKeys = new Set<LintStatement>();
  private readonly byScript = new Map<LintScript, LintStatement[]>();
  private held: { readonly transaction: number; readonly locks: HeldLock[] } = { transaction: -1, locks: [] };

  constructor(
    readonly circumstances: Circumstances,
    private readonly sizes: ReadonlyMap<string, TableSize> | null,
    /** True when a live catalog is among what is known. */
    readonly live: boolean,
  ) {}

  table(relation: RangeVar | undefined): KnownTable | undefined {
    return relation && this.tables.get(rangeKey(relation));
  }

  index(parts: readonly string[]): KnownIndex | undefined {
    return this.indexes.get(partsKey(parts));
  }

  indexesOf(table: string): KnownIndex[] {
    return [...this.indexes.values()].filter((index) => index.table === table);
  }

  /** Made in this very release (or temporary), so that it is empty and nobody waits for it. */
  isNew(relation: RangeVar | undefined, statement: LintStatement): boolean {
    if (relation?.schemaname === "pg_temp" || relation?.relpersistence === "t") return true;
    const table = this.table(relation);
    return table !== undefined && this.isNewTable(table, statement);
  }

  isNewTable(table: KnownTable, statement: LintStatement): boolean {
    if (table.temporary) return true;
    return table.createdBy !== null && !table.inUse && this.sameRelease(table.createdBy, statement);
  }

  sameRelease(earlier: LintStatement, statement: LintStatement): boolean {
    if (earlier.script.history) return false;
    return this.circumstances.together || earlier.script === statement.script;
  }

  /** Null when nobody counted. */
  size(relation: RangeVar | undefined): TableSize | null {
    return relation && this.sizes ? (this.sizes.get(rangeKey(relation)) ?? null) : null;
  }

  /** Locks that earlier statements of this transaction still hold. */
  locksHeld(transaction: Transaction | null): readonly HeldLock[] {
    return transaction && this.held.transaction === transaction.id ? this.held.locks : [];
  }

  hold(statement: LintStatement, locks: readonly TableLock[]): void {
    const { transaction } = statement;
    if (!transaction) return;
    if (this.held.transaction !== transaction.id) this.held = { transaction: transaction.id, locks: [] };
    this.held.locks.push(...locks.map((lock) => ({ ...lock, statement })));
  }

  /** Statements before this one in its script. */
  before(statement: LintStatement): readonly LintStatement[] {
    return this.byScript.get(statement.script) ?? [];
  }

  /** Notes that a statement has been judged. */
  pass(statement: LintStatement): void {
    if (statement.script.history) return;
    this.passed.push(statement);
    const list = this.byScript.get(statement.script);
    if (list) list.push(statement);
    else this.byScript.set(statement.script, [statement]);
  }
}
