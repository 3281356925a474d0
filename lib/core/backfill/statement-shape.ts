import type { InsertStmt, Node, RangeVar, SelectStmt } from "libpg-query";
import { as, find } from "../sql/tree.js";
import { NotCuttable } from "./refusal.js";

/** The parts of a statement that can be cut. */
export interface Shape {
  readonly verb: "update" | "delete" | "insert";
  /** The table that it writes. */
  readonly written: RangeVar;
  /** The table whose rows are walked: the written one, or the first that an INSERT reads. */
  readonly walked: RangeVar;
  /** Columns that an UPDATE sets. */
  readonly sets: readonly string[];
  readonly where: Node | undefined;
  /** The values: what an UPDATE sets, what an INSERT selects. */
  readonly values: readonly Node[];
  /** What an UPDATE or DELETE joins. */
  readonly from: readonly Node[];
  readonly insert: InsertStmt | null;
  /** An INSERT that locks the rows that it reads and leaves what is there: a copy, kept equal by others meanwhile. */
  readonly follows: boolean;
}

/** Takes a statement apart. Throws `NotCuttable`. `table`: the name or alias that the comment gives. */
export function shapeOf(node: Node, table: string | null): Shape {
  const shape = updateShape(node) ?? deleteShape(node) ?? insertShape(node);
  if (!shape) throw new NotCuttable("form", "only an UPDATE, a DELETE and an INSERT … SELECT can be cut");
  if (table !== null && nameIn(shape.walked) !== table)
    throw new NotCuttable("form", `rows are walked in ${nameIn(shape.walked)}, and the comment names ${table}`);
  return shape;
}

/** The statement's name for a table: its alias if it has one. */
export function nameIn(range: RangeVar): string {
  return range.alias?.aliasname ?? range.relname ?? "";
}

function updateShape(node: Node): Shape | null {
  const tree = as(node, "UpdateStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  refuseReturning(tree.returningClause);
  if (find(tree.whereClause, "CurrentOfExpr").length > 0)
    throw new NotCuttable("form", "WHERE CURRENT OF follows a cursor");
  const targets = (tree.targetList ?? []).flatMap((each) => as(each, "ResTarget") ?? []);
  const sets = targets.map(({ name }) => name ?? "");
  return {
    verb: "update",
    written,
    walked: written,
    sets,
    where: tree.whereClause,
    values: tree.targetList ?? [],
    from: tree.fromClause ?? [],
    insert: null,
    follows: false,
  };
}

function deleteShape(node: Node): Shape | null {
  const tree = as(node, "DeleteStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  refuseReturning(tree.returningClause);
  if (find(tree.whereClause, "CurrentOfExpr").length > 0)
    throw new NotCuttable("form", "WHERE CURRENT OF follows a cursor");
  const using = tree.usingClause ?? [];
  return {
    verb: "delete",
    written,
    walked: written,
    sets: [],
    where: tree.whereClause,
    values: [],
    from: using,
    insert: null,
    follows: false,
  };
}

function insertShape(node: Node): Shape | null {
  const tree = as(node, "InsertStmt");
  if (!tree) return null;
  const written = plainTable(tree.relation);
  refuseWith(tree.withClause);
  refuseReturning(tree.returningClause);
  refuseUpsert(tree);
  const select = as(tree.selectStmt, "SelectStmt");
  if (!select || (select.valuesLists ?? []).length > 0)
    throw new NotCuttable("form", "an INSERT of values has no rows to walk");
  const follows = locksToCopy(tree, select);
  refuseWhole(follows ? { ...select, lockingClause: [] } : select);
  const walked = firstTable(select);
  return {
    verb: "insert",
    written,
    walked,
    sets: [],
    where: select.whereClause,
    values: select.targetList ?? [],
    from: [],
    insert: tree,
    follows,
  };
}

/** `FOR SHARE … ON CONFLICT DO NOTHING`: a row's other writers wait for one batch. */
function locksToCopy({ onConflictClause }: InsertStmt, { lockingClause = [] }: SelectStmt): boolean {
  const [lock, ...others] = lockingClause.map((each) => as(each, "LockingClause"));
  const isShared = lock?.strength === "LCS_FORSHARE" && lock.waitPolicy === "LockWaitBlock";
  return isShared && others.length === 0 && onConflictClause?.action === "ONCONFLICT_NOTHING";
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

/** Batches return what we ask for, and nobody would read what the statement returns. */
function refuseReturning(clause: unknown): void {
  if (clause !== undefined) throw new NotCuttable("form", "nobody reads what its RETURNING gives");
}

/** What a SELECT says about all its rows at once. */
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
}

/** The table on the left of every join: each row of the result comes from exactly one of its rows. */
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
