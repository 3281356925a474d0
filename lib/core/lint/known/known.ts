import type { RangeVar } from "libpg-query";
import type { ColumnType } from "../../postgres/column-type.js";
import type { Volatility } from "../../postgres/functions.js";
import type { MajorRange } from "../../postgres/majors.js";
import { refusedInTransaction } from "../../postgres/transactionality.js";
import { kindOf, type NodeKind } from "../../sql/tree.js";
import type { LintScript, LintStatement, Transaction } from "../lint-statement.js";
import { atLeast, type TableLock } from "../table-locks.js";
import { Dependents } from "./dependents.js";
import type { KnownFunction } from "./functions.js";
import { KnownIndexes } from "./indexes.js";
import { partsKey, rangeKey } from "./key.js";
import type { KnownIndex, KnownTable } from "./table.js";

/** Rows and bytes of a table with its indexes; the largest tenant's when there are several. */
export interface TableSize {
  readonly rows: number;
  readonly bytes: number;
}

export interface KnownType {
  readonly key: string;
  readonly kind: "enum" | "domain" | "composite" | "other";
  readonly createdBy: LintStatement | null;
  /** Types of a composite's fields. */
  readonly parts?: readonly ColumnType[];
  /** For a domain. */
  readonly domain?: KnownDomain;
}

interface KnownDomain {
  readonly base: ColumnType | null;
  notNull: boolean;
  /** Names of the CHECK constraints, null for one that the server names. */
  checks: readonly (string | null)[];
  hasDefault: boolean;
}

export interface Circumstances {
  /** Whether the files are applied in one go, so that a table created by the first is still empty at the last. */
  readonly together: boolean;
  /** Each file is a separate release that knows nothing of the others, such as several files on one command line. */
  readonly separate?: boolean;
  /** Major versions on which the release must run. */
  readonly versions: MajorRange;
  /** `server_version_num` if a server was asked. */
  readonly serverVersion: number | null;
  /** The runner sets lock_timeout itself. */
  readonly lockTimeoutSet: boolean;
  /** A tenant is a schema of a shared database. */
  readonly schemaPerTenant: boolean;
  /** The gate that reads the release reports opaque statements, which may be accepted there. */
  readonly opaqueReported: boolean;
}

/** A lock that an earlier statement of the transaction took and that is held until the transaction ends. */
export interface HeldLock extends TableLock {
  readonly statement: LintStatement;
}

/** What a script's statements have done so far, kept so that no rule has to go through them again. */
interface Passed {
  readonly byKind: Map<NodeKind, LintStatement[]>;
  readonly strongLocks: HeldLock[];
  last: LintStatement | null;
  transactionsChosen: boolean;
}

const NOTHING_HELD = { transaction: -1, locks: new Map<string, HeldLock>() };

/** What is known just before a statement: the catalog, if there is one, and what the files before it did. */
export class Known {
  readonly tables = new Map<string, KnownTable>();
  readonly indexes = new KnownIndexes();
  readonly dependents = new Dependents();
  readonly types = new Map<string, KnownType>();
  /** Volatility by function name: "immutable" | "stable" | "volatile". */
  readonly functions = new Map<string, Volatility>();
  /** Functions and procedures by name and arguments. */
  readonly overloads = new Map<string, KnownFunction>();
  /** Whether the team has casts of its own, between any types. */
  ownCasts = false;
  /** Statements that dropped a primary key. */
  readonly droppedKeys = new Set<LintStatement>();
  /** False once something ran that may have changed what is known: a body that cannot be read, a branch, another search_path. */
  certain = true;
  private readonly all: LintStatement[] = [];
  private readonly byKind = new Map<NodeKind, LintStatement[]>();
  private readonly byScript = new Map<LintScript, Passed>();
  private readonly sizes: Map<string, TableSize>;
  private held: { readonly transaction: number; readonly locks: Map<string, HeldLock> } = NOTHING_HELD;

  constructor(
    readonly circumstances: Circumstances,
    sizes: ReadonlyMap<string, TableSize> | null,
    /** True when what is known includes a live catalog. */
    readonly live: boolean,
  ) {
    this.sizes = new Map(sizes);
  }

  table(relation: RangeVar | undefined): KnownTable | undefined {
    return relation && this.tables.get(rangeKey(relation));
  }

  /** Every column of a table or view; null when not all are known. */
  columnsOf(key: string): ReadonlySet<string> | null {
    const table = this.tables.get(key);
    if (table) return table.complete ? new Set(table.columns.keys()) : null;
    const view = this.dependents.get("view", key) ?? this.dependents.get("materialized view", key);
    return view?.outputs ? new Set(view.outputs.map(({ name }) => name)) : null;
  }

  index(parts: readonly string[]): KnownIndex | undefined {
    return this.indexes.get(partsKey(parts));
  }

  indexesOf(table: string): KnownIndex[] {
    return [...this.indexes.ofTable(table).values()];
  }

  /** Created in this very release (or temporary), so it is empty and nobody waits for it. */
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

  /** Null when it is unknown. */
  size(relation: RangeVar | undefined): TableSize | null {
    return (relation && this.sizes.get(rangeKey(relation))) ?? null;
  }

  /** A table keeps its size under any name; one that later gets the old name is a different table. */
  moveSize(from: string, to: string): void {
    const size = this.sizes.get(from);
    this.sizes.delete(from);
    if (size) this.sizes.set(to, size);
    else this.sizes.delete(to);
  }

  /** The first lock of each mode on each table that earlier statements of this transaction still hold, in order. */
  locksHeld(transaction: Transaction | null): readonly HeldLock[] {
    return transaction && this.held.transaction === transaction.id ? [...this.held.locks.values()] : [];
  }

  hold(statement: LintStatement, locks: readonly TableLock[]): void {
    const { transaction } = statement;
    const passed = this.passedIn(statement.script);
    for (const lock of locks) if (atLeast(lock.mode, "ShareLock")) passed.strongLocks.push({ ...lock, statement });
    if (!transaction) return;
    if (this.held.transaction !== transaction.id) this.held = { transaction: transaction.id, locks: new Map() };
    for (const lock of locks) {
      const key = `${lock.mode} ${rangeKey(lock.table)}`;
      if (!this.held.locks.has(key)) this.held.locks.set(key, { ...lock, statement });
    }
  }

  /** The statements so far that are reported on, in every script, in order; all of them or those of one kind. */
  passed(kind?: NodeKind): readonly LintStatement[] {
    return kind === undefined ? this.all : (this.byKind.get(kind) ?? []);
  }

  /** Statements of one kind before this one in its script, in order. */
  before(statement: LintStatement, kind: NodeKind): readonly LintStatement[] {
    return this.byScript.get(statement.script)?.byKind.get(kind) ?? [];
  }

  /** The statement just before this one in its script. */
  previous(statement: LintStatement): LintStatement | null {
    return this.byScript.get(statement.script)?.last ?? null;
  }

  /** Locks of SHARE or stronger that earlier statements of its script took on existing tables, in order. */
  strongLocksBefore(statement: LintStatement): readonly HeldLock[] {
    return this.byScript.get(statement.script)?.strongLocks ?? [];
  }

  /** Whether earlier statements of its script open a transaction, or cannot run in one. */
  choseTransactions(statement: LintStatement): boolean {
    return this.byScript.get(statement.script)?.transactionsChosen ?? false;
  }

  /** Records that a statement has been judged. */
  pass(statement: LintStatement): void {
    if (statement.script.history) return;
    this.all.push(statement);
    const passed = this.passedIn(statement.script);
    const kind = kindOf(statement.node);
    append(passed.byKind, kind, statement);
    append(this.byKind, kind, statement);
    passed.last = statement;
    passed.transactionsChosen ||= statement.transaction !== null || refusedInTransaction(statement) !== undefined;
  }

  private passedIn(script: LintScript): Passed {
    const found = this.byScript.get(script);
    if (found) return found;
    const fresh: Passed = { byKind: new Map(), strongLocks: [], last: null, transactionsChosen: false };
    this.byScript.set(script, fresh);
    return fresh;
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
