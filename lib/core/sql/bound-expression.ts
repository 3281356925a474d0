import { type Constant, type Constants, variableName } from "./constant-text.js";
import { isParsed, parseSql } from "./parse.js";
import { literal } from "./quote.js";
import type { ParsedStatement } from "./statement.js";
import { as, find } from "./tree.js";

/** An expression with the values of its variables in their places, as far as they are known. */
export function boundExpression(expression: string, constants: Constants): string {
  const [statement] = constants.size === 0 ? [] : parseSql(`SELECT ${expression}`, "expression").statements;
  return statement && isParsed(statement) ? bound(statement, constants).replace(/^SELECT /, "") : expression;
}

/** A call (CALL, or a SELECT from nothing) with the values of its variables in their places; any other statement as it is. */
export function boundCall(sql: string, constants: Constants): string {
  const [statement, ...more] = constants.size === 0 ? [] : parseSql(sql, "call").statements;
  if (!statement || !isParsed(statement) || more.length > 0) return sql;
  const select = as(statement.node, "SelectStmt");
  const plain = select ? !select.fromClause && !select.valuesLists : as(statement.node, "CallStmt") !== undefined;
  return plain ? bound(statement, constants) : sql;
}

function bound({ node, sql, base }: ParsedStatement, constants: Constants): string {
  // Places are counted in bytes.
  const bytes = Buffer.from(sql);
  const places = [...find(node, "ColumnRef"), ...find(node, "ParamRef")].flatMap((reference) => {
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

/** The name as it stands in the text. */
function nameAt(text: string): string | null {
  const part = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)`;
  return new RegExp(String.raw`^(?:\$\d+|${part}(?:\s*\.\s*${part})*)`, "u").exec(text)?.[0] ?? null;
}

function textOf(constant: Constant | undefined): string | null {
  if (!constant) return null;
  if (constant.kind === "list") return `ARRAY[${constant.items.map((item) => literal(item)).join(", ")}]::text[]`;
  return constant.relation === true && !/^[a-z_][a-z0-9_]*$/.test(constant.text) ? null : literal(constant.text);
}
