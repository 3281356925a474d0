import type { Node, SelectStmt } from "libpg-query";
import { numberIn, queryOf, type Tree, treeIn } from "./body-tree.js";
import { loopVariable, targetVariables, type Variables } from "./body-variables.js";
import { builtInCalled } from "./constant-calls.js";
import {
  type Constants,
  constantItems,
  constantText,
  constantValue,
  ofOneType,
  variableName,
} from "./constant-text.js";
import type { Constant, ConstantValue } from "./constant-types.js";
import { isParsed, parseSql } from "./parse.js";
import { selectedExpression } from "./selected-expression.js";
import { as, strings } from "./tree.js";

/** What a loop's variables hold in one of its iterations. */
type Round = readonly (readonly [string, Constant])[];

/** At most this many iterations are followed. */
const MOST = 1_000;

/** The iterations of a loop over values in its text: integers, an array, VALUES. Null for any other. */
export function roundsOf(tag: string, loop: Tree, variables: Variables, scope: Constants): readonly Round[] | null {
  const rounds =
    tag === "PLpgSQL_stmt_foreach_a"
      ? overArray(loop, variables, scope)
      : tag === "PLpgSQL_stmt_fori"
        ? overIntegers(loop, scope)
        : tag === "PLpgSQL_stmt_fors"
          ? overRows(loop, variables, scope)
          : null;
  return rounds && rounds.length <= MOST ? rounds : null;
}

function overArray(loop: Tree, variables: Variables, scope: Constants): readonly Round[] | null {
  if (numberIn(loop, "slice") > 0) return null;
  const array = selectedExpression(queryOf(loop.expr));
  const found = array && constantItems(array, scope);
  const at = numberIn(loop, "varno");
  return (
    found?.items.map((text): Round => {
      const held = variables.assigned(at, { kind: "text", text, type: found.type });
      return held ? [[variables.name(at), held]] : [];
    }) ?? null
  );
}

function overIntegers(loop: Tree, scope: Constants): readonly Round[] | null {
  const number = (value: unknown) => wholeNumber(selectedExpression(queryOf(value)), scope);
  const [first, last] = [number(loop.lower), number(loop.upper)];
  const step = treeIn(loop, "step") ? number(loop.step) : 1;
  if (first === null || last === null || !step || step < 0) return null;
  const way = loop.reverse === true ? -step : step;
  const count = Math.max(0, Math.floor((last - first) / way) + 1);
  if (count > MOST) return null;
  const name = loopVariable(loop);
  return Array.from(
    { length: count },
    (_, at): Round => [[name, { kind: "text", text: String(first + at * way), type: "int4" }]],
  );
}

/** A whole number that the text gives, or a sum or difference of such numbers. */
function wholeNumber(node: Node | null | undefined, scope: Constants): number | null {
  if (!node) return null;
  const sum = as(node, "A_Expr");
  const [sign = "", ...more] = strings(sum?.name);
  if (sum?.kind === "AEXPR_OP" && sum.lexpr && more.length === 0 && (sign === "+" || sign === "-")) {
    const [left, right] = [wholeNumber(sum.lexpr, scope), wholeNumber(sum.rexpr, scope)];
    return left === null || right === null ? null : sign === "+" ? left + right : left - right;
  }
  const shown = constantText(node, scope);
  return shown && /^-?\d{1,9}$/.test(shown) ? Number(shown) : null;
}

/** Columns in order, each with its name; null where the text does not give its value. */
type Row = readonly (readonly [string, ConstantValue | null])[];

function overRows(loop: Tree, variables: Variables, scope: Constants): readonly Round[] | null {
  const [statement] = parseSql(queryOf(loop.query), "loop").statements;
  const query = statement && isParsed(statement) ? as(statement.node, "SelectStmt") : undefined;
  const rows = query && rowsOf(query, scope);
  if (!rows) return null;
  const target = treeIn(loop, "var") ?? {};
  const record = treeIn(target, "PLpgSQL_rec");
  const targets = targetVariables(target, variables);
  return rows.map((row) =>
    row.flatMap(([column, value], at): Round => {
      if (value === null) return [];
      // If columns share a name, a record shows one of them, and we do not know which.
      if (record) return named(row, column).length === 1 ? [[`${String(record.refname)}.${column}`, value]] : [];
      const [name, number] = targets[at] ?? [];
      const held = name === undefined || number === undefined ? null : variables.assigned(number, value);
      return name !== undefined && held ? [[name, held]] : [];
    }),
  );
}

function named(row: Row, column: string): Row {
  return row.filter(([name]) => name === column);
}

const MORE = ["whereClause", "groupClause", "havingClause", "withClause", "limitCount", "limitOffset"] as const;

/** The rows of VALUES, or of a plain SELECT over VALUES or unnest. */
function rowsOf(query: SelectStmt, scope: Constants): readonly Row[] | null {
  const { valuesLists = [], targetList = [], fromClause = [], sortClause, distinctClause, op } = query;
  if (MORE.some((each) => query[each]) || sortClause?.length || distinctClause?.length) return null;
  if (query.lockingClause?.length || query.windowClause?.length || (op !== undefined && op !== "SETOP_NONE"))
    return null;
  if (valuesLists.length > 0) return valuesOf(query, [], scope);
  const [from, ...others] = fromClause;
  if (others.length > 0) return null;
  const only = as(targetList[0], "ResTarget");
  if (!from) return targetList.length === 1 ? unnested(only?.val, only?.name, scope) : null;
  const shown = sourceRows(from, scope)?.map((row) => selected(row, targetList));
  return shown?.every((row) => row !== null) ? shown : null;
}

function unnested(value: Node | undefined, name: string | undefined, scope: Constants): readonly Row[] | null {
  const call = as(value, "FuncCall");
  const [array, ...more] = call?.args ?? [];
  if (!call || builtInCalled(call) !== "unnest" || !array || more.length > 0) return null;
  const found = constantItems(array, scope);
  return found?.items.map((text): Row => [[name ?? "unnest", { kind: "text", text, type: found.type }]]) ?? null;
}

function sourceRows(from: Node, scope: Constants): readonly Row[] | null {
  const sub = as(from, "RangeSubselect");
  const inner = as(sub?.subquery, "SelectStmt");
  if (inner) {
    const names = strings(sub?.alias?.colnames);
    if (!inner.valuesLists?.length) return names.length > 0 ? null : rowsOf(inner, scope);
    return MORE.some((each) => inner[each]) || inner.sortClause?.length ? null : valuesOf(inner, names, scope);
  }
  const called = as(from, "RangeFunction");
  if (!called || called.ordinality || (called.functions ?? []).length !== 1) return null;
  const [value] = as(called.functions?.[0], "List")?.items ?? [];
  const { aliasname, colnames } = called.alias ?? {};
  return unnested(value, strings(colnames)[0] ?? aliasname, scope);
}

/** A column of VALUES has one type, so a value in it is known only if all of them are. */
function valuesOf({ valuesLists = [] }: SelectStmt, names: readonly string[], scope: Constants): readonly Row[] {
  const lists = valuesLists.map((list) => (as(list, "List")?.items ?? []).map((item) => constantValue(item, scope)));
  const columns = (lists[0] ?? []).map((_, at) => ofOneType(lists.map((list) => list[at] ?? null)));
  return lists.map((list) =>
    list.map((_, at): Row[number] => {
      const column = columns[at];
      const name = names[at] ?? `column${at + 1}`;
      const text = column?.items[lists.indexOf(list)];
      return [name, column && text !== undefined ? { kind: "text", text, type: column.type } : null];
    }),
  );
}

/** A row of the source as the SELECT list shows it; null where the list contains anything but columns. */
function selected(row: Row, targets: readonly Node[]): Row | null {
  const shown: Row[number][] = [];
  for (const target of targets) {
    const { val, name } = as(target, "ResTarget") ?? {};
    const fields = as(val, "ColumnRef")?.fields ?? [];
    if (as(fields.at(-1), "A_Star")) shown.push(...row);
    else {
      const column = (val ? variableName(val) : null)?.split(".").at(-1);
      const [found, ...more] = column === undefined ? [] : named(row, column);
      if (!found || more.length > 0) return null;
      shown.push([name ?? found[0], found[1]]);
    }
  }
  return shown;
}
