import type { InsertStmt, Node, RangeVar, UpdateStmt } from "libpg-query";
import { as, find, listItems } from "../../../sql/tree.js";
import type { Known } from "../../known/known.js";
import type { KnownTable } from "../../known/table.js";

export interface RefusedWrite {
  readonly table: RangeVar;
  /** Null where the statement does not name a single column. */
  readonly column: string | null;
  /** A clause. */
  readonly reason: string;
  readonly remedy: string;
}

/** Writes that a known table accepts from nobody, in the statement or in its WITH. A rule may turn a write into another one. */
export function refusedWrites(node: Node, known: Known): readonly RefusedWrite[] {
  const inserts = [as(node, "InsertStmt"), ...find(node, "InsertStmt")].filter((each) => each !== undefined);
  const updates = [as(node, "UpdateStmt"), ...find(node, "UpdateStmt")].filter((each) => each !== undefined);
  return [
    ...[...new Set(inserts)].flatMap((insert) => within(insert, known, ofInsert)),
    ...[...new Set(updates)].flatMap((update) => within(update, known, ofUpdate)),
  ];
}

function within<S extends InsertStmt | UpdateStmt>(
  write: S,
  known: Known,
  judge: (write: S, relation: RangeVar, table: KnownTable, known: Known) => readonly RefusedWrite[],
): readonly RefusedWrite[] {
  const { relation } = write;
  const table = known.table(relation);
  if (!relation || !table || !(table.kind === "table" || table.kind === "partitioned")) return [];
  return known.dependents.hasRule(table.key) ? [] : judge(write, relation, table, known);
}

function ofInsert(insert: InsertStmt, relation: RangeVar, table: KnownTable, known: Known): readonly RefusedWrite[] {
  const { cols = [], selectStmt, override, onConflictClause: conflict } = insert;
  const rows = as(selectStmt, "SelectStmt")?.valuesLists?.map((row) => listItems(row));
  const given = cols.flatMap((item, at) => {
    const column = table.columns.get(as(item, "ResTarget")?.name ?? "");
    if (!column || (override !== "OVERRIDING_NOT_SET" && column.givenBy === "sequence")) return [];
    return rows?.every((row) => isDefault(row[at])) ? [] : [column.name];
  });
  return [
    ...given.flatMap((name) => notTaken(name, relation, table)),
    ...assigned(conflict?.targetList, relation, table),
    ...withoutIndex(insert, relation, table, known),
  ];
}

function ofUpdate({ targetList }: UpdateStmt, relation: RangeVar, table: KnownTable): readonly RefusedWrite[] {
  return assigned(targetList, relation, table);
}

function assigned(
  targets: readonly Node[] | undefined,
  relation: RangeVar,
  table: KnownTable,
): readonly RefusedWrite[] {
  return (targets ?? []).flatMap((item) => {
    const { name, val } = as(item, "ResTarget") ?? {};
    // A part of a row or of a subquery may be DEFAULT as well.
    if (name === undefined || isDefault(val) || as(val, "MultiAssignRef")) return [];
    return notTaken(name, relation, table);
  });
}

function notTaken(column: string, relation: RangeVar, table: KnownTable): readonly RefusedWrite[] {
  const giver = table.columns.get(column)?.givenBy;
  if (!giver) return [];
  return [
    giver === "expression"
      ? {
          table: relation,
          column,
          reason: `${column} is a generated column, whose value the server calculates`,
          remedy: `Leave ${column} out, or write DEFAULT.`,
        }
      : {
          table: relation,
          column,
          reason: `${column} is GENERATED ALWAYS AS IDENTITY, whose value the sequence gives`,
          remedy: `Leave ${column} out, write DEFAULT, or INSERT … OVERRIDING SYSTEM VALUE.`,
        },
  ];
}

function isDefault(node: Node | undefined): boolean {
  return node !== undefined && "SetToDefault" in node;
}

/** ON CONFLICT (columns): for a table whose indexes are known as well as its columns. */
function withoutIndex(
  { onConflictClause: conflict }: InsertStmt,
  relation: RangeVar,
  table: KnownTable,
  known: Known,
): readonly RefusedWrite[] {
  const { indexElems, whereClause } = conflict?.infer ?? {};
  const columns = (indexElems ?? []).map((element) => as(element, "IndexElem")?.name);
  if (!table.complete || columns.length === 0 || columns.some((column) => column === undefined)) return [];
  const isSame = (keys: readonly (string | null)[]) =>
    new Set(keys).size === new Set(columns).size && keys.every((key) => key !== null && columns.includes(key));
  const byIndex = known
    .indexesOf(table.key)
    .some(({ unique, keys, partial }) => unique && isSame(keys) && (!partial || whereClause !== undefined));
  const isKey = ({ type, columns: keys }: KnownTable["constraints"][number]) =>
    (type === "primary" || type === "unique") && (keys.length === 0 || isSame(keys));
  if (byIndex || table.constraints.some(isKey)) return [];
  const list = columns.join(", ");
  return [
    {
      table: relation,
      column: null,
      reason: `no unique index or constraint is over (${list}), which ON CONFLICT names`,
      remedy: `Name the columns of a unique index, or make one over (${list}) first.`,
    },
  ];
}
