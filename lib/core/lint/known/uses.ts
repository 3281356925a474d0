import type { Node, RangeVar, SelectStmt } from "libpg-query";
import { as, kindOf, strings } from "../../sql/tree.js";
import { rangeKey } from "./key.js";

/** Columns that a text uses, by their table's key. A table that is only read has an empty set. */
export type Uses = ReadonlyMap<string, ReadonlySet<string>>;

/** Every column of a relation, by its key; null when not all are known. */
export type ColumnsOf = (key: string) => ReadonlySet<string> | null;

/** A relation under the name that expressions use for it. */
export interface Named {
  readonly alias: string;
  /** Null for what is not a relation of the catalog: a subquery, a function, a common table expression. */
  readonly table: string | null;
}

interface Scope {
  readonly items: readonly Named[];
  readonly outer: Scope | null;
  readonly ctes: ReadonlySet<string>;
  /** Names may also be a function's arguments. */
  readonly open: boolean;
}

/**
 * What a query, a statement or an expression over `items` uses, by the server's scoping rules. A name that may belong to either of two relations with
 * unknown columns is left out, so that what is found is certain.
 */
export function usesOf(
  tree: Node | readonly Node[] | undefined,
  columnsOf: ColumnsOf,
  items: readonly Named[] = [],
  open = false,
): Uses {
  const reader = new UsesReader(columnsOf);
  reader.read(tree, { items, outer: null, ctes: new Set(), open });
  return reader.uses;
}

class UsesReader {
  readonly uses = new Map<string, Set<string>>();

  constructor(private readonly columnsOf: ColumnsOf) {}

  read(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const item of value) this.read(item, scope);
    } else if (value !== null && typeof value === "object") {
      const kind = kindOf(value as Node);
      const body = (value as Record<string, unknown>)[kind];
      const reader = READERS[kind];
      if (reader && body !== null && typeof body === "object") reader(this, body as never, scope);
      else for (const child of Object.values(value)) this.read(child, scope);
    }
  }

  /** A column by its own name, or by its relation's name and its own. */
  column(fields: readonly Node[] | undefined, scope: Scope): void {
    const parts = strings(fields);
    const name = parts.at(-1);
    // Within an expression it is the whole row, which may change its columns.
    if (as(fields?.at(-1), "A_Star")) return;
    if (name !== undefined && parts.length === 1) this.bare(name, scope);
    else if (name !== undefined) this.qualified(parts.at(-2) ?? "", name, scope);
  }

  use(table: string, column?: string): void {
    const columns = this.uses.get(table) ?? new Set();
    if (column !== undefined) columns.add(column);
    this.uses.set(table, columns);
  }

  star(alias: string | undefined, scope: Scope): void {
    for (const item of scope.items) {
      if (item.table === null || (alias !== undefined && item.alias !== alias)) continue;
      for (const column of this.columnsOf(item.table) ?? []) this.use(item.table, column);
    }
  }

  private bare(name: string, scope: Scope | null): void {
    if (!scope) return;
    const all = scope.items.map((item) => ({ item, columns: item.table === null ? null : this.columnsOf(item.table) }));
    const sure = all.filter(({ columns }) => columns?.has(name));
    for (const { item } of sure) if (item.table !== null) this.use(item.table, name);
    if (sure.length > 0) return;
    const maybe = all.filter(({ columns }) => columns === null);
    if (maybe.length === 0) this.bare(name, scope.outer);
    const [only] = maybe;
    const certain = maybe.length === 1 && scope.outer === null && !scope.open;
    if (certain && only?.item.table != null && only.item.alias !== name) this.use(only.item.table, name);
  }

  private qualified(alias: string, name: string, scope: Scope | null): void {
    if (!scope) return;
    const found = scope.items.filter((item) => item.alias === alias);
    if (found.length === 0) this.qualified(alias, name, scope.outer);
    for (const { table } of found) {
      if (table !== null && this.columnsOf(table)?.has(name) !== false) this.use(table, name);
    }
  }
}

type Reader = (reader: UsesReader, body: never, scope: Scope) => void;

/** A statement that writes refers to its own relation by name or alias. */
function readWrite(
  reader: UsesReader,
  write: {
    readonly relation?: RangeVar;
    readonly withClause?: { readonly ctes?: Node[] };
    readonly [part: string]: unknown;
  },
  scope: Scope,
): void {
  const { relation, withClause, ...rest } = write;
  const outer = withCtes(reader, withClause?.ctes, scope);
  const own = relation ? [named(relation, outer)] : [];
  const others = itemsOf([rest.fromClause, rest.usingClause, rest.sourceRelation], outer);
  const inner: Scope = { ...outer, items: [...own, ...others], outer: around(scope) };
  if (own[0]?.table != null) reader.use(own[0].table);
  if (relation && !write.selectStmt) assigned(reader, rest.targetList, own[0]);
  for (const target of (rest.cols as Node[] | undefined) ?? []) assigned(reader, [target], own[0]);
  reader.read(Object.values(rest), inner);
}

function assigned(reader: UsesReader, targets: unknown, own: Named | undefined): void {
  for (const target of (targets as Node[] | undefined) ?? []) {
    const name = as(target, "ResTarget")?.name;
    if (name !== undefined && own?.table != null) reader.use(own.table, name);
  }
}

const READERS: Readonly<Record<string, Reader>> = {
  ColumnRef: (reader, body: { fields?: Node[] }, scope) => reader.column(body.fields, scope),
  SelectStmt: (reader, body: SelectStmt, scope) => readSelect(reader, body, scope),
  InsertStmt: readWrite,
  UpdateStmt: readWrite,
  DeleteStmt: readWrite,
  MergeStmt: readWrite,
  ResTarget: (reader, body: { val?: Node }, scope) => {
    const fields = as(body.val, "ColumnRef")?.fields;
    if (as(fields?.at(-1), "A_Star")) reader.star(strings(fields).at(-1), scope);
    else reader.read(Object.values(body), scope);
  },
  RangeVar: (reader, body: RangeVar, scope) => {
    const { table } = named(body, scope);
    if (table !== null) reader.use(table);
  },
};

function readSelect(reader: UsesReader, select: SelectStmt, scope: Scope): void {
  const { withClause, larg, rarg, fromClause, sortClause, distinctClause, ...rest } = select;
  const outer = withCtes(reader, withClause?.ctes, scope);
  if (larg && rarg) {
    readSelect(reader, larg, outer);
    readSelect(reader, rarg, outer);
    return;
  }
  const inner: Scope = { ...outer, items: itemsOf(fromClause, outer), outer: around(scope) };
  reader.read(fromClause, inner);
  for (const join of joinsOf(fromClause)) {
    for (const column of strings(join.usingClause)) reader.column([{ String: { sval: column } }], inner);
  }
  reader.read(Object.values(rest), inner);
  // ORDER BY and DISTINCT ON take the name of an output column before that of a column.
  const outputs = new Set((select.targetList ?? []).flatMap((target) => as(target, "ResTarget")?.name ?? []));
  const ordered = [...(sortClause ?? []), ...(distinctClause ?? [])].filter((item) => !isOutput(item, outputs));
  reader.read(ordered, inner);
}

/** A scope without any names does not count as one. */
function around(scope: Scope): Scope | null {
  return scope.items.length === 0 && !scope.open ? scope.outer : scope;
}

function isOutput(item: Node, outputs: ReadonlySet<string>): boolean {
  const fields = as(as(item, "SortBy")?.node ?? item, "ColumnRef")?.fields;
  return fields?.length === 1 && outputs.has(strings(fields)[0] ?? "");
}

function withCtes(reader: UsesReader, ctes: readonly Node[] | undefined, scope: Scope): Scope {
  if (!ctes) return scope;
  const names = ctes.flatMap((cte) => as(cte, "CommonTableExpr")?.ctename ?? []);
  const inner: Scope = { ...scope, ctes: new Set([...scope.ctes, ...names]) };
  for (const cte of ctes) reader.read(as(cte, "CommonTableExpr")?.ctequery, inner);
  return inner;
}

function named(relation: RangeVar, scope: Pick<Scope, "ctes">): Named {
  const isCte = relation.schemaname === undefined && scope.ctes.has(relation.relname ?? "");
  const renamed = (relation.alias?.colnames ?? []).length > 0;
  return {
    alias: relation.alias?.aliasname ?? relation.relname ?? "",
    table: isCte || renamed ? null : rangeKey(relation),
  };
}

/** The relations of a FROM. One inside an aliased join is known by the join's alias as well. */
function itemsOf(from: unknown, scope: Pick<Scope, "ctes">): Named[] {
  if (Array.isArray(from)) return from.flatMap((item) => itemsOf(item, scope));
  const node = from as Node | undefined;
  const relation = as(node, "RangeVar");
  if (relation) return [named(relation, scope)];
  const join = as(node, "JoinExpr");
  if (join) {
    const inside = [...itemsOf(join.larg, scope), ...itemsOf(join.rarg, scope)];
    const alias = join.alias?.aliasname;
    return alias === undefined ? inside : [...inside, { alias, table: null }];
  }
  const sample = as(node, "RangeTableSample")?.relation;
  if (sample) return itemsOf(sample, scope);
  const other = as(node, "RangeSubselect") ?? as(node, "RangeFunction") ?? as(node, "RangeTableFunc");
  return other ? [{ alias: other.alias?.aliasname ?? "", table: null }] : [];
}

function joinsOf(from: readonly Node[] | undefined): { readonly usingClause?: Node[] }[] {
  return (from ?? []).flatMap((node) => {
    const join = as(node, "JoinExpr");
    return join ? [join, ...joinsOf([join.larg, join.rarg].flatMap((side) => side ?? []))] : [];
  });
}
