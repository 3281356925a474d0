import type { Node, RangeVar, SelectStmt } from "libpg-query";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { resolveTable } from "../operations/resolve.js";
import { as, strings } from "../sql/tree.js";

/** What one item of FROM provides under one name. */
export interface Source {
  readonly table: TableRef | null;
  /** Null when they are unknown. */
  readonly columns: ReadonlySet<string> | null;
  /** The relation that the statement writes, under the name by which it writes it. */
  readonly written: boolean;
}

/** What a query refers to by which name. */
export type Scope = ReadonlyMap<string, Source>;

/** Where a name was found: how many queries further out, and whether no nearer query may have it. */
export interface Found {
  readonly level: number;
  readonly source: Source;
  readonly certain: boolean;
}

export function nameOfRange(range: RangeVar): string {
  return range.alias?.aliasname ?? range.relname ?? "";
}

/** The names that the items of a FROM provide. `own`: names of WITH queries. */
export function scopeOf(
  items: readonly Node[],
  before: CatalogIndex,
  own: ReadonlySet<string>,
  written?: RangeVar,
): Scope {
  const scope = new Map<string, Source>();
  if (written) scope.set(nameOfRange(written), { ...rangeSource(written, before, new Set()), written: true });
  for (const item of items) add(item, before, own, scope);
  return scope;
}

function add(item: Node, before: CatalogIndex, own: ReadonlySet<string>, into: Map<string, Source>): void {
  const range = as(item, "RangeVar");
  if (range) into.set(nameOfRange(range), rangeSource(range, before, own));
  const join = as(item, "JoinExpr");
  if (join) {
    for (const side of [join.larg, join.rarg]) if (side) add(side, before, own, into);
    if (join.alias?.aliasname) into.set(join.alias.aliasname, UNKNOWN);
  }
  const query = as(item, "RangeSubselect");
  if (query?.alias?.aliasname)
    into.set(query.alias.aliasname, { ...UNKNOWN, columns: outputs(query.subquery, query.alias.colnames) });
  const call = as(item, "RangeFunction");
  if (call) into.set(call.alias?.aliasname ?? `function ${into.size}`, UNKNOWN);
}

const UNKNOWN: Source = { table: null, columns: null, written: false };

function rangeSource(range: RangeVar, before: CatalogIndex, own: ReadonlySet<string>): Source {
  const name = range.relname ?? "";
  if ((range.alias?.colnames ?? []).length > 0 || (range.schemaname === undefined && own.has(name))) return UNKNOWN;
  const table = resolveTable({ schema: range.schemaname ?? null, name }, before);
  const columns = before.columns(table).map(({ id }) => id.name);
  return { table, columns: columns.length > 0 ? new Set(columns) : null, written: false };
}

function outputs(query: Node | undefined, given: readonly Node[] | undefined): ReadonlySet<string> | null {
  const renamed = strings(given);
  const select = as(query, "SelectStmt");
  if (!select) return null;
  const names = outputNames(select);
  if (names === null) return select.valuesLists && renamed.length > 0 ? new Set(renamed) : null;
  return new Set(names.map((name, at) => renamed[at] ?? name));
}

/** The columns of a query's result, in order; null when one has no name of its own. */
export function outputNames(select: SelectStmt): readonly string[] | null {
  const names = (select.targetList ?? []).map((item) => {
    const target = as(item, "ResTarget");
    const fields = as(target?.val, "ColumnRef")?.fields;
    if ((fields ?? []).some((field) => "A_Star" in field)) return null;
    return target?.name ?? strings(fields ?? as(target?.val, "FuncCall")?.funcname).at(-1) ?? null;
  });
  return names.length === 0 || names.includes(null) ? null : (names as string[]);
}

/** Who has a column of this name, `[column]` or `[…, alias, column]`. Null when nobody is known to. */
export function whoHas(fields: readonly string[], scopes: readonly Scope[]): Found | null {
  const alias = fields.at(-2);
  const column = fields.at(-1) ?? "";
  let certain = true;
  for (const [level, scope] of scopes.entries()) {
    if (alias !== undefined) {
      const source = scope.get(alias);
      if (source) return { level, source, certain };
      continue;
    }
    const sources = [...scope.values()];
    const source = sources.find(({ columns }) => columns?.has(column));
    if (source) return { level, source, certain };
    if (sources.some(({ columns }) => columns === null)) certain = false;
  }
  return null;
}

/** A single name that is not a column may be a whole row. */
export function wholeRow(name: string, scopes: readonly Scope[]): Source | null {
  return scopes.map((scope) => scope.get(name)).find((source) => source !== undefined) ?? null;
}

/** Where an expression is. */
export interface Place {
  /** Innermost first. */
  readonly scopes: readonly Scope[];
  /** Names of WITH queries. */
  readonly own: ReadonlySet<string>;
  /** Whether its result decides which rows are met or read, so that it must be the same in every batch. */
  readonly strict: boolean;
  /** How many queries contain it; 0 for the statement itself. */
  readonly depth: number;
  /** For a column of the written table, `*` for its whole row. */
  readonly note: (column: string) => void;
}

export const NOWHERE: Place = { scopes: [], own: new Set(), strict: true, depth: 0, note: () => {} };
