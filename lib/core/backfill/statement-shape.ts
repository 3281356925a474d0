import type { InsertStmt, Node, RangeVar, SelectStmt } from "libpg-query";
import { as, columnsOf, find, strings } from "../sql/tree.js";
import { NotCuttable } from "./refusal.js";

/** What a statement that can be cut is made of. */
export interface Shape {
  readonly verb: "update" | "delete" | "insert";
  /** The table that it writes. */
  readonly written: RangeVar;
  /** The table whose rows are walked: the written one, or the first that an INSERT reads. */
  readonly walked: RangeVar;
  /** Columns that an UPDATE sets. */
  readonly sets: readonly string[];
  readonly where: Node | undefined;
  /** Every other part that reads: FROM, USING, the values. */
  readonly reads: readonly Node[];
  /** What an UPDATE joins. */
  readonly from: readonly Node[];
  /** Whether a new value is made of the value that it replaces. */
  readonly cumulative: boolean;
}

/** Takes a statement apart. Throws `NotCuttable`. `table`: the name or alias that the comment gives. */
export function shapeOf(node: Node, table: string | null): Shape {
  const shape = updateShape(node) ?? deleteShape(node) ?? insertShape(node);
  if (!shape) throw new NotCuttable("form", "only an UPDATE, a DELETE and an INSERT … SELECT can be cut");
  if (table !== null && nameIn(shape.walked) !== table)
    throw new NotCuttable("form", `rows are walked in ${nameIn(shape.walked)}, and the comment names ${table}`);
  return shape;
}

/** How the statement calls a table: by its alias where it has one. */
export function nameIn(range: RangeVar): string {
  return range.alias?.aliasname ?? range.relname ?? "";
}

function updateShape(node: Node): Shape | null {
  const tree = as(node, "UpdateStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  if (find(tree.whereClause, "CurrentOfExpr").length > 0)
    throw new NotCuttable("form", "WHERE CURRENT OF follows a cursor");
  const targets = (tree.targetList ?? []).flatMap((each) => as(each, "ResTarget") ?? []);
  const sets = targets.map(({ name }) => name ?? "");
  const read = targets.flatMap(({ val }) => columnsOf(val));
  return {
    verb: "update",
    written,
    walked: written,
    sets,
    where: tree.whereClause,
    reads: [...(tree.targetList ?? []), ...(tree.fromClause ?? [])],
    from: tree.fromClause ?? [],
    cumulative: read.some((column) => sets.includes(column)) || targets.some(({ val }) => readsWholeRow(val)),
  };
}

/** `t.*`, or a row as a whole. */
function readsWholeRow(value: Node | undefined): boolean {
  return find(value, "ColumnRef").some(({ fields }) => (fields ?? []).some((field) => "A_Star" in field));
}

function deleteShape(node: Node): Shape | null {
  const tree = as(node, "DeleteStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  if (find(tree.whereClause, "CurrentOfExpr").length > 0)
    throw new NotCuttable("form", "WHERE CURRENT OF follows a cursor");
  const using = tree.usingClause ?? [];
  return {
    verb: "delete",
    written,
    walked: written,
    sets: [],
    where: tree.whereClause,
    reads: using,
    from: using,
    cumulative: false,
  };
}

function insertShape(node: Node): Shape | null {
  const tree = as(node, "InsertStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  refuseUpsert(tree);
  const select = as(tree.selectStmt, "SelectStmt");
  if (!select || (select.valuesLists ?? []).length > 0)
    throw new NotCuttable("form", "an INSERT of values has no rows to walk");
  refuseWhole(select);
  const walked = firstTable(select);
  return {
    verb: "insert",
    written,
    walked,
    sets: [],
    where: select.whereClause,
    reads: [...(select.targetList ?? []), ...(select.fromClause ?? [])],
    from: [],
    cumulative: false,
  };
}

function refuseUpsert({ onConflictClause }: InsertStmt): void {
  if (onConflictClause?.action === "ONCONFLICT_UPDATE")
    throw new NotCuttable(
      "whole",
      "ON CONFLICT DO UPDATE makes a row of several, and batches do not see one another's",
    );
}

function refuseWith(clause: unknown): void {
  if (clause !== undefined) throw new NotCuttable("form", "its WITH query would be made again for every batch");
}

/** What a SELECT says of all its rows at once. */
function refuseWhole(select: SelectStmt): void {
  const whole: readonly (readonly [boolean, string])[] = [
    [select.op !== undefined && select.op !== "SETOP_NONE", "UNION, INTERSECT and EXCEPT compare whole results"],
    [(select.groupClause ?? []).length > 0 || select.havingClause !== undefined, "it groups rows"],
    [(select.distinctClause ?? []).length > 0, "DISTINCT compares all rows"],
    [select.limitCount !== undefined || select.limitOffset !== undefined, "LIMIT and OFFSET count over all rows"],
    [(select.sortClause ?? []).length > 0, "ORDER BY orders all rows, and batches follow the key"],
    [select.withClause !== undefined, "its WITH query would be made again for every batch"],
    [(select.lockingClause ?? []).length > 0, "it locks rows"],
    [(select.windowClause ?? []).length > 0, "it has a window over all rows"],
  ];
  const [found] = whole.filter(([is]) => is);
  if (found) throw new NotCuttable("whole", found[1]);
  for (const target of select.targetList ?? []) refuseAggregates(target);
}

const AGGREGATES =
  /^(count|sum|avg|min|max|every|any_value|(bool|bit)_(and|or|xor)|(array|string|xml|range|range_intersect)_agg|jsonb?_(object_)?agg(_\w+)?|std?dev(_\w+)?|stddev(_\w+)?|var(iance|_\w+)|corr|covar_\w+|regr_\w+|mode|percentile_\w+|(dense_)?rank|row_number|cume_dist|percent_rank|grouping)$/;

/** Aggregates and windows of this very level; those of a subquery are about other rows. */
function refuseAggregates(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) refuseAggregates(item);
    return;
  }
  if (value === null || typeof value !== "object") return;
  for (const [tag, child] of Object.entries(value)) {
    if (tag === "SubLink") continue;
    if (tag === "FuncCall") refuseAggregate(child as Parameters<typeof refuseAggregate>[0]);
    if (tag === "SetToDefault") continue;
    refuseAggregates(child);
  }
}

function refuseAggregate(call: {
  readonly funcname?: Node[];
  readonly agg_star?: boolean;
  readonly agg_distinct?: boolean;
  readonly agg_order?: Node[];
  readonly agg_filter?: Node;
  readonly over?: unknown;
}): void {
  const name = strings(call.funcname).at(-1) ?? "";
  if (call.over !== undefined) throw new NotCuttable("whole", `${name} is computed over a window of rows`);
  const marked =
    call.agg_star || call.agg_distinct || (call.agg_order ?? []).length > 0 || call.agg_filter !== undefined;
  if (marked || AGGREGATES.test(name)) throw new NotCuttable("whole", `${name} is computed over all rows`);
}

/** The table on the left of every join: each row of the result comes of exactly one of its rows. */
function firstTable(select: SelectStmt): RangeVar {
  let node = select.fromClause?.[0];
  for (let join = as(node, "JoinExpr"); join; join = as(node, "JoinExpr")) {
    if (join.jointype !== "JOIN_INNER" && join.jointype !== "JOIN_LEFT")
      throw new NotCuttable("form", "a RIGHT or FULL JOIN has rows without one of the table that is walked");
    if (join.alias || join.isNatural || (join.usingClause ?? []).length > 0)
      throw new NotCuttable(
        "form",
        "a NATURAL join, a join with USING or one with an alias hides the columns of the key",
      );
    node = join.larg;
  }
  return plainTable(as(node, "RangeVar"));
}

function plainTable(range: RangeVar | undefined): RangeVar {
  if (!range?.relname) throw new NotCuttable("form", "it does not name the table whose rows are walked");
  if ((range.alias?.colnames ?? []).length > 0)
    throw new NotCuttable("form", "an alias renames the columns of its table");
  return range;
}
