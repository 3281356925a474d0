import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { resolveTable } from "../operations/resolve.js";
import type { Statement } from "../sql/statement.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.check";

/** Rows that a CHECK would refuse. NULL counts as passed, as the server has it. */
export const check: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind === "add-constraint" && operation.constraint.type === "check") {
      const { constraint } = operation;
      if (!constraint.validated || !constraint.enforced) return [];
      return violations(resolveTable(operation.table, before), constraint.expression, operation.statement, before);
    }
    if (operation.kind !== "validate-constraint") return [];
    const table = resolveTable(operation.table, before);
    const constraint = before.constraints(table).find(({ id }) => id.name === operation.constraint);
    const expression = /^CHECK \((.*)\)(?: NO INHERIT)?(?: NOT VALID)?$/s.exec(constraint?.definition ?? "")?.[1];
    if (!constraint || constraint.attributes.validated || expression === undefined) return [];
    return violations(table, expression, operation.statement, before);
  },
};

function violations(
  table: TableRef,
  expression: string,
  statement: Statement,
  before: CatalogIndex,
): readonly ProbeQuery[] {
  if (!holdsRows(before, table) || mentionsNewColumn(expression, table, before)) return [];
  const name = sqlTable(table);
  const [, alias = name] = /\.("(?:[^"]|"")*")$/.exec(name) ?? [];
  return [
    countRows({
      code: CODE,
      statement,
      subject: { kind: "table", name: humanTable(table) },
      meaning: `rows of ${humanTable(table)} for which ${expression} is false`,
      rows: `FROM ${name} WHERE (${expression}) IS FALSE`,
      key: rowKey(before, table, alias),
      repair: `DELETE FROM ${name} WHERE (${expression}) IS FALSE`,
      reads: [table],
    }),
  ];
}

/** A word that is neither a column of the table nor followed by a bracket may be a column that the release adds. */
function mentionsNewColumn(expression: string, table: TableRef, before: CatalogIndex): boolean {
  const plain = expression.replaceAll(/'(?:[^']|'')*'/g, "''");
  const known = new Set(before.columns(table).map(({ id }) => id.name));
  return before.columns(table).length > 0 && ![...known].some((name) => plain.includes(name));
}
