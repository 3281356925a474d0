import type { Node, ResTarget } from "libpg-query";
import { isParsed, parseSql } from "../sql/parse.js";
import { as, find, strings } from "../sql/tree.js";

/** What an INSERT, UPDATE or MERGE writes to, and from which column of one of the table's rows a value for each parameter may be taken. */
export interface WriteTarget {
  readonly schema: string | null;
  readonly table: string;
  /** Column by parameter. A position means the column there: for an INSERT without a column list. */
  readonly columns: ReadonlyMap<number, string | number>;
}

/** Null for a text that writes no rows that a schema could refuse. */
export function writeTarget(text: string): WriteTarget | null {
  const [only] = parseSql(text, "").statements;
  if (!only || !isParsed(only)) return null;
  // Also in WITH; if there are several, the first provides the rows.
  const [insert] = find(only.node, "InsertStmt");
  const [update] = find(only.node, "UpdateStmt");
  const [merge] = find(only.node, "MergeStmt");
  const relation = insert?.relation ?? update?.relation ?? merge?.relation;
  if (!relation?.relname) return null;
  const columns = new Map([
    ...compared(only.node),
    ...assigned(update?.targetList),
    ...inserted(insert?.cols, insert?.selectStmt),
  ]);
  return { schema: relation.schemaname ?? null, table: relation.relname, columns };
}

function inserted(
  names: readonly Node[] | undefined,
  select: Node | undefined,
): readonly (readonly [number, string | number])[] {
  const columns = (names ?? []).map((node) => as(node, "ResTarget")?.name ?? "");
  const body = as(select, "SelectStmt");
  const lists = (body?.valuesLists ?? []).map((list) => as(list, "List")?.items ?? []);
  const selected = (body?.targetList ?? []).flatMap((node) => as(node, "ResTarget")?.val ?? []);
  return [...lists, selected].flatMap((values) =>
    values.flatMap((value, at) => {
      const number = parameterIn(value);
      return number === null ? [] : [[number, columns[at] ?? at] as const];
    }),
  );
}

function assigned(targets: readonly Node[] | undefined): readonly (readonly [number, string])[] {
  return (targets ?? []).flatMap((node) => {
    const { name, val } = (as(node, "ResTarget") ?? {}) as ResTarget;
    const number = parameterIn(val);
    return name === undefined || number === null ? [] : [[number, name] as const];
  });
}

/** `column = $1`, in either order. */
function compared(node: Node): readonly (readonly [number, string])[] {
  return find(node, "A_Expr").flatMap(({ lexpr, rexpr }) =>
    [
      [lexpr, rexpr],
      [rexpr, lexpr],
    ].flatMap(([left, right]) => {
      const column = strings(as(left, "ColumnRef")?.fields).at(-1);
      const number = parameterIn(right);
      return column === undefined || number === null ? [] : [[number, column] as const];
    }),
  );
}

/** `$1`, and `$1::type`. */
function parameterIn(node: Node | undefined): number | null {
  return as(node, "ParamRef")?.number ?? as(as(node, "TypeCast")?.arg, "ParamRef")?.number ?? null;
}
