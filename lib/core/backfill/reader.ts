import type { ColumnRef, FuncCall, Node, RangeVar, SelectStmt } from "libpg-query";
import type { OtherObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { descendants, sameTable } from "../catalog/tables.js";
import { resolveTable } from "../operations/resolve.js";
import { isOverRows } from "../postgres/aggregates.js";
import { stabilityOf } from "../postgres/call-stability.js";
import { treeAlone } from "../sql/parse.js";
import { as, find, strings } from "../sql/tree.js";
import { readFunction } from "./function-body.js";
import { NotCuttable } from "./refusal.js";
import { NOWHERE, type Place, type Scope, type Source, scopeOf, whoHas, wholeRow } from "./scope.js";
import { isClockText, readPolicies, refuseOwnCasts, refuseOwnOperators, refuseType } from "./types-and-operators.js";

/** Nodes that mean nothing by themselves: their parts are looked at. */
const PLAIN: ReadonlySet<string> = new Set(
  `A_ArrayExpr A_Const A_Indices A_Star Alias BitString BoolExpr Boolean BooleanTest CaseExpr CaseWhen CoalesceExpr CollateClause
  Float GroupingSet Integer JsonArrayConstructor JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectConstructor
  JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonValueExpr List MinMaxExpr MultiAssignRef NamedArgExpr Null NullTest RangeFunction
  ResTarget ReturnStmt RowExpr SetToDefault String WindowDef XmlExpr XmlSerialize`.split(/\s+/),
);

const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]);

/**
 * Reads every part of a statement that is to be cut, and of the views and functions that it goes through. What is not known to give each row the same
 * result, in however many statements it is done, is refused. Throws `NotCuttable`.
 */
export class Reader {
  /** Tables and materialized views that are read. */
  readonly reads: TableRef[] = [];
  private readonly done = new Set<string>();
  private readonly allowed = new Set<RangeVar>();

  constructor(
    readonly before: CatalogIndex,
    /** Its other rows must not be read. */
    readonly written: TableRef,
  ) {
    refuseOwnCasts(before);
  }

  /** A range of the written table that may be read anyway. */
  allow(range: RangeVar): void {
    this.allowed.add(range);
  }

  /** True on the first call for a view or function. */
  once(key: string): boolean {
    const first = !this.done.has(key);
    this.done.add(key);
    return first;
  }

  read(value: unknown, place: Place): void {
    if (Array.isArray(value)) for (const item of value) this.read(item, place);
    else if (value !== null && typeof value === "object")
      for (const [key, child] of Object.entries(value)) this.part(key, child, place);
  }

  private part(key: string, child: unknown, place: Place): void {
    if (key === "typeName") refuseType(child, this, place);
    const special = this.special[key];
    if (special) {
      special(child as never, place);
      return;
    }
    if (/^[A-Z]/.test(key) && !PLAIN.has(key))
      throw new NotCuttable("form", `it has a ${key}, and nobody knows whether it can be cut`);
    this.read(child, place);
  }

  private readonly special: Readonly<Record<string, (tree: never, place: Place) => void>> = {
    ColumnRef: (tree: ColumnRef, place) => this.column(tree, place),
    FuncCall: (tree: FuncCall, place) => this.call(tree, place),
    SelectStmt: (tree: SelectStmt, place) => this.select(tree, place),
    RangeVar: (tree: RangeVar, place) => this.relation(tree, place),
    SubLink: (tree: { operName?: Node[] }, place) => {
      refuseOwnOperators(this.before, strings(tree.operName));
      this.read(tree, { ...place, strict: true });
    },
    SortBy: (tree: { useOp?: Node[] }, place) => {
      refuseOwnOperators(this.before, strings(tree.useOp));
      this.read(tree, place);
    },
    JoinExpr: (tree: object, place) => this.read(tree, { ...place, strict: true }),
    RangeSubselect: (tree: { lateral?: boolean }, place) =>
      this.read(tree, tree.lateral ? place : { ...place, scopes: place.scopes.slice(1) }),
    JsonArrayAgg: (tree: object, place) => this.overRows("JSON_ARRAYAGG", tree, place),
    JsonObjectAgg: (tree: object, place) => this.overRows("JSON_OBJECTAGG", tree, place),
    GroupingFunc: (tree: object, place) => this.overRows("GROUPING", tree, place),
    TypeCast: (tree: { arg?: Node }, place) => {
      if (place.strict && isClockText(as(tree.arg, "A_Const"))) throw clock("a time relative to now");
      this.read(tree, place);
    },
    A_Expr: (tree: object, place) => this.operator(tree as Parameters<Reader["operator"]>[0], place),
    A_Indirection: (tree: { arg?: Node; indirection?: Node[] }, place) => {
      for (const field of strings(tree.indirection)) this.refuseField(field);
      this.read(tree, place);
    },
    SQLValueFunction: ({ op }: { op?: string }, place) => {
      if (place.strict && /DATE|TIME/.test(op ?? "")) throw clock((op ?? "").replace(/^SVFOP_|_N$/g, ""));
    },
  };

  /** A query below the statement, or an INSERT's. `targets`: whether what it returns may differ each time. */
  select(select: SelectStmt, outer: Place, targets: "steady" | "fresh" = "steady"): void {
    const { withClause, larg, rarg, fromClause, targetList, ...rest } = select;
    if (select.intoClause || (select.lockingClause ?? []).length > 0)
      throw new NotCuttable("form", "a query in it writes or locks");
    const own = new Set(outer.own);
    for (const item of withClause?.ctes ?? []) {
      const query = as(item, "CommonTableExpr");
      if (query?.ctename) own.add(query.ctename);
    }
    for (const item of withClause?.ctes ?? []) {
      const query = as(as(item, "CommonTableExpr")?.ctequery, "SelectStmt");
      if (!query) throw new NotCuttable("form", "a WITH query in it writes");
      this.select(query, { ...outer, own });
    }
    for (const side of [larg, rarg]) if (side) this.select(side, { ...outer, own });
    const scopes = [scopeOf(fromClause ?? [], this.before, own), ...outer.scopes];
    const inner = { ...outer, own, scopes, strict: true, depth: outer.depth + 1 };
    this.read(fromClause, inner);
    this.read(targetList, { ...inner, strict: targets === "steady" || outer.strict });
    this.read(rest, inner);
  }

  private column({ fields }: ColumnRef, { scopes, note }: Place): void {
    const names = strings(fields);
    if ((fields ?? []).some((field) => "A_Star" in field)) {
      const of =
        names.length > 0
          ? [scopes.map((scope) => scope.get(names.at(-1) ?? "")).find(Boolean)]
          : [...(scopes[0]?.values() ?? [])];
      if (of.some((source) => source?.written)) note("*");
      return;
    }
    const column = names.at(-1) ?? "";
    const found = whoHas(names, scopes);
    if (!found && names.length === 1) this.alone(column, scopes, note);
    if (!found) return;
    const { columns, written } = found.source;
    if (columns && !columns.has(column)) {
      if (SYSTEM_COLUMNS.has(column)) throw system(column);
      throw new NotCuttable("function", `${names.join(".")} is not a column, so it calls a function ${column}`);
    }
    if (columns === null) this.refuseField(column);
    if (written) note(column);
  }

  /** A name that is not a column: a table's row, a column that only the server has, or a function's variable. */
  private alone(name: string, scopes: readonly Scope[], note: Place["note"]): void {
    const source: Source | null = wholeRow(name, scopes);
    if (source?.written) note("*");
    if (source === null && scopes.length > 0 && SYSTEM_COLUMNS.has(name)) throw system(name);
  }

  private refuseField(name: string): void {
    const [own] = this.ownFunctions([name]);
    if (own) throw new NotCuttable("function", `.${name} may call the function ${own.id.schema}.${own.id.name}`);
  }

  /** The schema's own functions and aggregates that a name may mean. */
  private ownFunctions(parts: readonly string[]) {
    const [schema, name] = parts.length > 1 ? parts.slice(-2) : [null, parts[0]];
    if (schema === "pg_catalog") return [];
    return this.before.catalog.objects.filter(
      ({ kind, id }) => kind === "function" && id.name === name && (schema === null || id.schema === schema),
    );
  }

  private call(call: FuncCall, place: Place): void {
    const parts = strings(call.funcname);
    const name = parts.at(-1) ?? "";
    const own = this.ownFunctions(parts);
    const counted = own.some(({ attributes: { kind } }) => kind === "a" || kind === "w");
    const builtIn = parts.length === 1 || parts[0] === "pg_catalog";
    if (counted || call.over || (builtIn && isOverRows(name)))
      this.overRows(name, call, place, call.over !== undefined);
    for (const each of own) if (!counted) readFunction(this, each, place);
    if (own.length === 0 && !(builtIn && isOverRows(name))) this.stability(parts, call.args ?? [], place);
    if (own.length > 0 && builtIn && stabilityOf(name, (call.args ?? []).length) !== "unknown")
      this.stability([name], call.args ?? [], place);
    const { funcname, ...rest } = call;
    this.read(rest, place);
  }

  private stability(parts: readonly string[], args: readonly Node[], place: Place): void {
    const name = parts.at(-1) ?? "";
    if (name === "pg_notify" && !place.strict) return;
    const stability = stabilityOf(name, args.length);
    if (stability === "steady" || (stability === "fresh" && !place.strict)) return;
    if (stability === "fresh") throw clock(name);
    throw new NotCuttable("function", `of the function ${parts.join(".")} it is not known what it reads`);
  }

  /** An aggregate is computed over the rows of the query whose columns it names; if it names none, over those of its own query. */
  private overRows(name: string, tree: object, place: Place, window = false): void {
    const levels = find(tree, "ColumnRef").map(({ fields }) => levelOf(strings(fields), place.scopes));
    const further = levels.some((level) => level !== null && level > 0) && !levels.includes(0);
    if (place.depth === 0 || (further && !window)) throw new NotCuttable("whole", `${name} is computed over all rows`);
    if (!("funcname" in tree)) this.read(tree, place);
  }

  private operator(tree: { kind?: string; name?: Node[]; lexpr?: Node; rexpr?: Node }, place: Place): void {
    refuseOwnOperators(this.before, strings(tree.name));
    if (place.strict) {
      const sides = [tree.lexpr, tree.rexpr];
      const texts = sides.flatMap((side) => [side, ...(as(side, "List")?.items ?? [])]);
      const asTime =
        texts.some((each) => isClockText(as(each, "A_Const"))) && !sides.some((side) => this.isText(side, place));
      if (asTime) throw clock("a time relative to now");
    }
    this.read(tree.lexpr, place);
    this.read(tree.rexpr, place);
  }

  private isText(side: Node | undefined, { scopes }: Place): boolean {
    const fields = strings(as(side, "ColumnRef")?.fields);
    const table = fields.length > 0 ? whoHas(fields, scopes)?.source.table : null;
    const type = table ? this.before.column(table, fields.at(-1) ?? "")?.attributes.type : undefined;
    return /^(text|character)/.test(type ?? "");
  }

  /** A relation that a query reads. A view is treated as its query. */
  relation(range: RangeVar, place: Place): void {
    const name = range.relname ?? "";
    if (range.schemaname === undefined && place.own.has(name)) return;
    const table = resolveTable({ schema: range.schemaname ?? null, name }, this.before);
    const shown = `${table.schema}.${table.name}`;
    const view = this.before.get("view", table) as OtherObject | undefined;
    if (view) this.view(shown, String(view.attributes.query));
    if (view) return;
    const found = this.before.table(table);
    if (!found && !this.before.get("materialized view", table))
      throw new NotCuttable("no-table", `it reads ${shown}, and what that is is not known`);
    if (found?.attributes.relkind === "f")
      throw new NotCuttable("own-rows", `it reads the foreign table ${shown}, which may be any table of any server`);
    const family = [table, ...descendants(this.before, table)];
    if (!this.allowed.has(range) && family.some((each) => sameTable(each, this.written)))
      throw new NotCuttable(
        "own-rows",
        `it reads other rows of ${this.written.schema}.${this.written.name}, which batches change meanwhile`,
      );
    for (const each of family) readPolicies(each, this);
    this.reads.push(...family);
  }

  private view(shown: string, query: string): void {
    if (!this.once(`view ${shown}`)) return;
    const select = as(treeAlone(query) ?? undefined, "SelectStmt");
    if (!select) throw new NotCuttable("own-rows", `the query of the view ${shown} cannot be read`);
    try {
      this.select(select, NOWHERE);
    } catch (error) {
      if (!(error instanceof NotCuttable)) throw error;
      throw new NotCuttable(error.code, `through the view ${shown}, ${error.message}`);
    }
  }
}

/** Which query a name belongs to, 0 for the nearest; null when it belongs to none. */
function levelOf(fields: readonly string[], scopes: readonly Scope[]): number | null {
  const found = whoHas(fields, scopes);
  if (found) return found.certain ? found.level : Math.max(1, found.level);
  const level = scopes.findIndex((scope) => scope.has(fields.at(-1) ?? ""));
  return fields.length === 1 && level >= 0 ? level : null;
}

function clock(what: string): NotCuttable {
  return new NotCuttable("moving", `${what} gives every batch another value, and decides which rows are met`);
}

function system(column: string): NotCuttable {
  return new NotCuttable("form", `${column} is where a row lies, and a change moves it`);
}
