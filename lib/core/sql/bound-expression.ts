import type { Node, SelectStmt } from "libpg-query";
import { type Constants, variableName } from "./constant-text.js";
import { type Constant, hasRelation, settledText } from "./constant-types.js";
import { isParsed, parseSql } from "./parse.js";
import { literal } from "./quote.js";
import type { ParsedStatement } from "./statement.js";
import { as, find } from "./tree.js";

/**
 * An expression with its variables replaced by their values, as far as they are known. With `columnsWin` a name in a query of its own may be a column
 * (manual, "Variable Substitution").
 */
export function boundExpression(expression: string, constants: Constants, columnsWin = false): string {
  const [statement] = constants.size === 0 ? [] : parseSql(`SELECT ${expression}`, "expression").statements;
  if (!statement || !isParsed(statement)) return expression;
  return bound(statement, constants, columnsWin).replace(/^SELECT /, "");
}

/** A call (CALL, or a SELECT from nothing) with its variables replaced by their values; any other statement as it is. */
export function boundCall(sql: string, constants: Constants): string {
  const [statement, ...more] = constants.size === 0 ? [] : parseSql(sql, "call").statements;
  if (!statement || !isParsed(statement) || more.length > 0) return sql;
  const select = as(statement.node, "SelectStmt");
  const plain = select ? !select.fromClause && !select.valuesLists : as(statement.node, "CallStmt") !== undefined;
  return plain ? bound(statement, constants, true) : sql;
}

function bound({ node, sql, base }: ParsedStatement, constants: Constants, columnsWin: boolean): string {
  // Places are counted in bytes.
  const bytes = Buffer.from(sql);
  const inQueries = columnsWin ? queriesWithin(node).flatMap((query) => find(query, "ColumnRef")) : [];
  const columns = find(node, "ColumnRef").filter((reference) => !inQueries.includes(reference));
  const places = [...columns, ...find(node, "ParamRef")].flatMap((reference) => {
    const name = variableName("fields" in reference ? { ColumnRef: reference } : { ParamRef: reference });
    const shown = textOf(constants.get(name ?? ""));
    const start = (reference.location ?? 0) - base;
    const written = nameAt(bytes.subarray(start).toString());
    return shown === null || written === null ? [] : [{ start, end: start + Buffer.byteLength(written), shown }];
  });
  let text = bytes;
  for (const { start, end, shown } of places.sort((a, b) => b.start - a.start))
    text = Buffer.concat([text.subarray(0, start), Buffer.from(shown), text.subarray(end)]);
  return text.toString();
}

/** Queries in an expression that read from something. */
function queriesWithin(node: Node): readonly SelectStmt[] {
  const inner = find(node, "SelectStmt").filter((each) => each !== as(node, "SelectStmt"));
  const sub = find(node, "SubLink").flatMap(({ subselect }) => as(subselect, "SelectStmt") ?? []);
  return [...inner, ...sub].filter(({ fromClause }) => (fromClause ?? []).length > 0);
}

/** The name as written in the text. */
function nameAt(text: string): string | null {
  const part = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)`;
  return new RegExp(String.raw`^(?:\$\d+|${part}(?:\s*\.\s*${part})*)`, "u").exec(text)?.[0] ?? null;
}

/** A constant as SQL: with the type of an array, of a whole number and of a relation, so that it is read back as what it is. */
function textOf(constant: Constant | undefined): string | null {
  if (!constant) return null;
  if (constant.kind === "list") {
    if (constant.type === "regclass") return null;
    return `ARRAY[${constant.items.map((item) => literal(item)).join(", ")}]::${constant.type === "literal" ? "text" : constant.type}[]`;
  }
  const { text, type } = constant;
  if (type === "regclass") {
    const name = settledText(text);
    return name === null ? null : `${literal(name)}::regclass`;
  }
  return hasRelation(text) ? null : literal(text);
}
