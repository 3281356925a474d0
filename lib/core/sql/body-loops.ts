import type { Node, SelectStmt } from "libpg-query";
import { numberIn, queryOf, type Tree, treeIn } from "./body-tree.js";
import { loopVariable, targetNames, type Variables } from "./body-variables.js";
import { type Constant, type Constants, constantList, constantText, variableName } from "./constant-text.js";
import { isParsed, parseSql } from "./parse.js";
import { selectedExpression } from "./selected-expression.js";
import { as, strings } from "./tree.js";

/** What the variables of a loop hold in one of its rounds. */
type Round = readonly (readonly [string, Constant])[];

/** So many rounds are followed at most. */
const MOST = 1_000;

/** The rounds of a loop over what its text holds: integers, an array, VALUES. Null for any other. */
export function roundsOf(tag: string, loop: Tree, variables: Variables, scope: Constants): readonly Round[] | null {
  const rounds =
    tag === "PLpgSQL_stmt_foreach_a"
      ? overArray(loop, variables, scope)
      : tag === "PLpgSQL_stmt_fori"
        ? overIntegers(loop, scope)
        : tag === "PLpgSQL_stmt_fors"
          ? overRows(loop, scope)
          : null;
  return rounds && rounds.length <= MOST ? rounds : null;
}

function text(name: string, value: string): readonly [string, Constant] {
  return [name, { kind: "text", text: value }];
}

function overArray(loop: Tree, variables: Variables, scope: Constants): readonly Round[] | null {
  if (numberIn(loop, "slice") > 0) return null;
  const array = selectedExpression(queryOf(loop.expr));
  const items = array && constantList(array, scope);
  const at = numberIn(loop, "varno");
  return items?.map((item) => (variables.fits(at, item) ? [text(variables.name(at), item)] : [])) ?? null;
}

function overIntegers(loop: Tree, scope: Constants): readonly Round[] | null {
  const number = (value: unknown): number | null => {
    const node = selectedExpression(queryOf(value));
    const shown = node && constantText(node, scope);
    return shown && /^-?\d{1,9}$/.test(shown) ? Number(shown) : null;
  };
  const [first, last] = [number(loop.lower), number(loop.upper)];
  const step = treeIn(loop, "step") ? number(loop.step) : 1;
  if (first === null || last === null || !step || step < 0) return null;
  const way = loop.reverse === true ? -step : step;
  const count = Math.max(0, Math.floor((last - first) / way) + 1);
  if (count > MOST) return null;
  const name = loopVariable(loop);
  return Array.from({ length: count }, (_, at) => [text(name, String(first + at * way))]);
}

type Row = ReadonlyMap<string, string | null>;

function overRows(loop: Tree, scope: Constants): readonly Round[] | null {
  const [statement] = parseSql(queryOf(loop.query), "loop").statements;
  const query = statement && isParsed(statement) ? as(statement.node, "SelectStmt") : undefined;
  const rows = query && rowsOf(query, scope);
  if (!rows) return null;
  const target = treeIn(loop, "var") ?? {};
  const record = treeIn(target, "PLpgSQL_rec");
  const names = targetNames(target);
  return rows.map((row) =>
    [...row].flatMap(([column, value], at) => {
      const name = record ? `${String(record.refname)}.${column}` : names[at];
      return value === null || name === undefined ? [] : [text(name, value)];
    }),
  );
}

const MORE = ["whereClause", "groupClause", "havingClause", "withClause", "limitCount", "limitOffset"] as const;

/** The rows of VALUES, or of a plain SELECT over VALUES or unnest. */
function rowsOf(query: SelectStmt, scope: Constants): readonly Row[] | null {
  if (query.valuesLists && query.valuesLists.length > 0) return valuesOf(query, [], scope);
  const { targetList = [], fromClause = [], sortClause, distinctClause, op } = query;
  if (MORE.some((each) => query[each]) || sortClause?.length || distinctClause?.length) return null;
  if (op !== undefined && op !== "SETOP_NONE") return null;
  const [from, ...others] = fromClause;
  if (others.length > 0) return null;
  if (!from)
    return unnested(
      as(targetList[0], "ResTarget")?.val,
      targetList.length,
      as(targetList[0], "ResTarget")?.name,
      scope,
    );
  const shown = sourceRows(from, scope)?.map((row) => selected(row, targetList));
  return shown?.every((row) => row !== null) ? shown : null;
}

function unnested(
  value: Node | undefined,
  targets: number,
  name: string | undefined,
  scope: Constants,
): readonly Row[] | null {
  const call = as(value, "FuncCall");
  if (!call || targets !== 1 || strings(call.funcname).at(-1) !== "unnest" || (call.args ?? []).length !== 1)
    return null;
  const [array] = call.args ?? [];
  return (array && constantList(array, scope))?.map((item) => new Map([[name ?? "unnest", item]])) ?? null;
}

function sourceRows(from: Node, scope: Constants): readonly Row[] | null {
  const sub = as(from, "RangeSubselect");
  const inner = as(sub?.subquery, "SelectStmt");
  if (inner) {
    const names = strings(sub?.alias?.colnames);
    return inner.valuesLists?.length ? valuesOf(inner, names, scope) : names.length > 0 ? null : rowsOf(inner, scope);
  }
  const called = as(from, "RangeFunction");
  if (!called || called.ordinality || (called.functions ?? []).length !== 1) return null;
  const [value] = as(called.functions?.[0], "List")?.items ?? [];
  const { aliasname, colnames } = called.alias ?? {};
  return unnested(value, 1, strings(colnames)[0] ?? aliasname, scope);
}

function valuesOf({ valuesLists = [] }: SelectStmt, names: readonly string[], scope: Constants): readonly Row[] {
  return valuesLists.map((list) => {
    const items = as(list, "List")?.items ?? [];
    return new Map(items.map((item, at) => [names[at] ?? `column${at + 1}`, constantText(item, scope)]));
  });
}

/** A row of the source as the list of a SELECT shows it; null where it holds anything but columns. */
function selected(row: Row, targets: readonly Node[]): Row | null {
  const shown = new Map<string, string | null>();
  for (const target of targets) {
    const { val, name } = as(target, "ResTarget") ?? {};
    const fields = as(val, "ColumnRef")?.fields ?? [];
    if (as(fields.at(-1), "A_Star")) for (const [column, value] of row) shown.set(column, value);
    else {
      const column = (val ? variableName(val) : null)?.split(".").at(-1);
      if (column === undefined || !row.has(column)) return null;
      shown.set(name ?? column, row.get(column) ?? null);
    }
  }
  return shown;
}
