import type { Node, SelectStmt } from "libpg-query";
import type { OtherObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { treeAlone } from "../sql/parse.js";
import { identifier } from "../sql/quote.js";
import { as, constant, find, strings } from "../sql/tree.js";
import { nameOfRange, outputNames, type Scope, scopeOf, whoHas } from "./scope.js";

/** `alias.column = expression`: a condition that every joined row must meet. */
interface Equality {
  readonly alias: string;
  readonly column: string;
  readonly names: readonly (string | null)[];
  /** The joined tables that it applies to; null: all. */
  readonly only: ReadonlySet<string> | null;
}

interface Joined {
  readonly alias: string;
  /** Sets of columns in which no two rows have the same values. */
  readonly keys: readonly (readonly string[])[];
}

/**
 * The first item of FROM that may match several rows: it is not joined by `=` on all columns of a unique key. Null when each matches at most once for
 * one row of `base`.
 */
export function joinedSeveralTimes(
  before: CatalogIndex,
  base: { readonly scope: Scope; readonly known: readonly string[] },
  items: readonly Node[],
  where: Node | undefined,
): string | null {
  const scope: Scope = new Map([...base.scope, ...scopeOf(items, before, new Set())]);
  const joined: Joined[] = [];
  const equalities: Equality[] = conjuncts(where).flatMap((each) => equality(each, scope, null));
  for (const item of items) collect(item, before, scope, joined, equalities);
  const known = new Set(base.known);
  const left = joined.filter(({ alias }) => !known.has(alias));
  for (let found = true; found; ) {
    found = false;
    for (const each of left) {
      if (known.has(each.alias) || !isDetermined(each, equalities, known)) continue;
      known.add(each.alias);
      found = true;
    }
  }
  return left.find(({ alias }) => !known.has(alias))?.alias ?? null;
}

function isDetermined({ alias, keys }: Joined, equalities: readonly Equality[], known: ReadonlySet<string>): boolean {
  const given = equalities.filter(
    (each) =>
      each.alias === alias &&
      (each.only === null || each.only.has(alias)) &&
      each.names.every((name) => name !== null && known.has(name)),
  );
  return keys.some((key) => key.every((column) => given.some((each) => each.column === column)));
}

function collect(
  item: Node,
  before: CatalogIndex,
  scope: Scope,
  into: Joined[],
  equalities: Equality[],
): ReadonlySet<string> {
  const range = as(item, "RangeVar");
  const join = as(item, "JoinExpr");
  if (join) {
    const left = join.larg ? collect(join.larg, before, scope, into, equalities) : new Set<string>();
    const right = join.rarg ? collect(join.rarg, before, scope, into, equalities) : new Set<string>();
    const only = join.jointype === "JOIN_INNER" ? null : join.jointype === "JOIN_LEFT" ? right : new Set<string>();
    equalities.push(...conjuncts(join.quals).flatMap((each) => equality(each, scope, only)));
    return new Set([...left, ...right]);
  }
  const query = as(item, "RangeSubselect");
  const alias = range ? nameOfRange(range) : (query?.alias?.aliasname ?? `item ${into.length}`);
  const table = scope.get(alias)?.table;
  const select = as(query?.subquery ?? viewQuery(before, table), "SelectStmt");
  const keys = select ? keysOfQuery(select, strings(query?.alias?.colnames)) : table ? uniqueKeys(before, table) : [];
  into.push({ alias, keys });
  return new Set([alias]);
}

function viewQuery(before: CatalogIndex, table: TableRef | null | undefined): Node | undefined {
  const view = table && (before.get("view", table) as OtherObject | undefined);
  return view ? (treeAlone(String(view.attributes.query)) ?? undefined) : undefined;
}

/** The columns of every key that is unique over a table's rows. */
export function uniqueKeys(before: CatalogIndex, table: TableRef): readonly (readonly string[])[] {
  const constraints = before
    .constraints(table)
    .filter(({ attributes: { type, deferrable } }) => (type === "p" || type === "u") && !deferrable)
    .map(({ attributes }) => attributes.columns);
  const indexes = before
    .indexes(table)
    .filter(({ attributes: { unique, valid, predicate, constraint } }) => unique && valid && !predicate && !constraint)
    .map(({ attributes }) => attributes.keys);
  const columns = before.columns(table).map(({ id }) => id.name);
  const plain = (text: string) => columns.find((name) => text === name || text === identifier(name));
  return [...constraints, ...indexes].flatMap((keys) => {
    const named = keys.map(plain);
    return named.length > 0 && !named.includes(undefined) ? [named as string[]] : [];
  });
}

/** GROUP BY and DISTINCT return each group once; VALUES are compared. */
function keysOfQuery(select: SelectStmt, renamed: readonly string[]): readonly (readonly string[])[] {
  const lists = select.valuesLists ?? [];
  if (lists.length > 0) {
    const rows = lists.map((list) => (as(list, "List")?.items ?? []).map(comparable));
    return renamed.flatMap((name, at) => {
      const values = rows.map((row) => row[at]);
      const kinds = new Set(values.map((value) => value?.split(" ")[0]));
      return kinds.size === 1 && !values.includes(undefined) && new Set(values).size === values.length ? [[name]] : [];
    });
  }
  const names = outputNames(select);
  if (names === null || (select.op !== undefined && select.op !== "SETOP_NONE")) return [];
  const own = (at: number) => renamed[at] ?? names[at] ?? "";
  const distinct = select.distinctClause ?? [];
  if (distinct.length === 1 && Object.keys(distinct[0] ?? {}).length === 0) return [names.map((_, at) => own(at))];
  const grouped = distinct.length > 0 ? distinct : (select.groupClause ?? []);
  if (grouped.length === 0) return isOneRow(select) ? [[]] : [];
  const places = grouped.map((item) => outputOf(item, select, names));
  return places.includes(-1) ? [] : [places.map(own)];
}

/** Whole numbers and texts are known to differ by how they are written. */
function comparable(item: Node): string | undefined {
  const value = as(item, "A_Const");
  if (value?.ival) return `number ${value.ival.ival ?? 0}`;
  return value?.sval ? `text ${value.sval.sval ?? ""}` : undefined;
}

/** LIMIT 1. */
function isOneRow({ limitCount }: SelectStmt): boolean {
  return limitCount !== undefined && constant(limitCount) === "1";
}

/** Which output column a grouped expression is; -1 when it is none. */
function outputOf(item: Node, select: SelectStmt, names: readonly string[]): number {
  const number = as(item, "A_Const")?.ival?.ival;
  if (number !== undefined) return number - 1;
  const name = strings(as(item, "ColumnRef")?.fields).at(-1);
  return (select.targetList ?? []).findIndex((target, at) => {
    const fields = strings(as(as(target, "ResTarget")?.val, "ColumnRef")?.fields);
    return name !== undefined && (fields.at(-1) === name || (fields.length === 0 && names[at] === name));
  });
}

function conjuncts(node: Node | undefined): readonly Node[] {
  const both = as(node, "BoolExpr");
  if (both?.boolop === "AND_EXPR") return (both.args ?? []).flatMap(conjuncts);
  return node ? [node] : [];
}

function equality(node: Node, scope: Scope, only: ReadonlySet<string> | null): readonly Equality[] {
  const tree = as(node, "A_Expr");
  if (tree?.kind !== "AEXPR_OP" || strings(tree.name).join() !== "=") return [];
  const rows = [as(tree.lexpr, "RowExpr")?.args, as(tree.rexpr, "RowExpr")?.args];
  const pairs =
    rows[0] && rows[1]
      ? rows[0].map((left, at) => [left, rows[1]?.[at]] as const)
      : [[tree.lexpr, tree.rexpr] as const];
  return pairs.flatMap(([left, right]) => [...oneSide(left, right, scope, only), ...oneSide(right, left, scope, only)]);
}

function oneSide(side: Node | undefined, other: Node | undefined, scope: Scope, only: Equality["only"]): Equality[] {
  const fields = strings(as(side, "ColumnRef")?.fields);
  const alias = fields.length > 0 ? aliasOf(fields, scope) : null;
  if (alias === null || find(other, "SubLink").length > 0 || find(other, "CollateClause").length > 0) return [];
  const names = find(other, "ColumnRef").map((reference) => aliasOf(strings(reference.fields), scope));
  return [{ alias, column: fields.at(-1) ?? "", names, only }];
}

function aliasOf(fields: readonly string[], scope: Scope): string | null {
  const found = whoHas(fields, [scope]);
  if (!found?.certain) return null;
  return [...scope].find(([, source]) => source === found.source)?.[0] ?? null;
}
