import type { InsertStmt, Node, ResTarget } from "libpg-query";
import { isParsed, parseSql } from "../sql/parse.js";
import { as, find, strings } from "../sql/tree.js";

/** What a query writes to, and from which column of one of the table's rows a value for each parameter may be taken. */
export interface WriteTarget {
  readonly schema: string | null;
  readonly table: string;
  /** What tells its new rows from the existing one whose values are tried: columns; null if that is not known, or it adds none. */
  readonly given: ReadonlySet<string> | null;
  /** Whether it adds rows. */
  readonly adds: boolean;
  /** Column by parameter. A position means the column there: for an INSERT without a column list. */
  readonly columns: ReadonlyMap<number, string | number>;
  /** Parameters that an UPDATE sets columns to. */
  readonly assigned: ReadonlySet<number>;
  /** Columns that an UPDATE sets, to whatever. */
  readonly sets: ReadonlySet<string>;
  /** Whether it is a DELETE. */
  readonly removes: boolean;
}

/** Null for a text that writes no rows that a schema could refuse. */
export function writeTarget(text: string): WriteTarget | null {
  const [only] = parseSql(text, "").statements;
  if (!only || !isParsed(only)) return null;
  // Also in WITH; if there are several, the first provides the rows.
  const [insert] = find(only.node, "InsertStmt");
  const [update] = find(only.node, "UpdateStmt");
  const [merge] = find(only.node, "MergeStmt");
  const [remove] = find(only.node, "DeleteStmt");
  const relation = insert?.relation ?? update?.relation ?? merge?.relation ?? remove?.relation;
  if (!relation?.relname) return null;
  const set = assigned(update?.targetList);
  const columns = new Map([...comparedColumns(only.node), ...set, ...inserted(insert?.cols, insert?.selectStmt)]);
  const adds = insert !== undefined || (update === undefined && merge !== undefined);
  return {
    schema: relation.schemaname ?? null,
    table: relation.relname,
    given: givenIn(insert),
    adds,
    columns,
    assigned: new Set(set.map(([number]) => number)),
    sets: new Set(insert ? [] : (update?.targetList ?? []).map((node) => as(node, "ResTarget")?.name ?? "")),
    removes: remove !== undefined && remove.relation === relation,
  };
}

/** Every column that the text lists, unless it asks for the default. */
function givenIn(insert: InsertStmt | undefined): ReadonlySet<string> | null {
  const body = as(insert?.selectStmt, "SelectStmt");
  if (!insert?.cols || !body || (body.fromClause ?? []).length > 0) return null;
  const lists = (body.valuesLists ?? []).map((list) => as(list, "List")?.items ?? []);
  const names = insert.cols.map((node) => as(node, "ResTarget")?.name ?? "");
  return new Set(
    names.filter((_, at) => !lists.every((values) => "SetToDefault" in (values[at] ?? {})) || lists.length === 0),
  );
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

/** The column that each parameter of a query is compared with, and whether as a pattern (LIKE). */
export function comparedIn(text: string): ReadonlyMap<number, { readonly column: string; readonly pattern: boolean }> {
  const [only] = parseSql(text, "").statements;
  if (!only || !isParsed(only)) return new Map();
  const patterns = new Set(
    find(only.node, "A_Expr").flatMap(({ kind, rexpr }) => (kind === "AEXPR_LIKE" ? (parameterIn(rexpr) ?? []) : [])),
  );
  return new Map(
    comparedColumns(only.node).map(([number, column]) => [number, { column, pattern: patterns.has(number) }]),
  );
}

/** `column = $1`, in either order, and with other operators and lists. */
function comparedColumns(node: Node): readonly (readonly [number, string])[] {
  return find(node, "A_Expr").flatMap(({ lexpr, rexpr }) =>
    [
      [lexpr, rexpr],
      [rexpr, lexpr],
    ].flatMap(([left, right]) => {
      const column = strings(as(left, "ColumnRef")?.fields).at(-1);
      const values = as(right, "List")?.items ?? [right];
      return column === undefined
        ? []
        : values.flatMap((value) => {
            const number = parameterIn(value);
            return number === null ? [] : [[number, column] as const];
          });
    }),
  );
}

/** `$1`, and `$1::type`. */
function parameterIn(node: Node | undefined): number | null {
  return as(node, "ParamRef")?.number ?? as(as(node, "TypeCast")?.arg, "ParamRef")?.number ?? null;
}
