import { resolveTable } from "../operations/resolve.js";
import type { Probe } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.exclusion";

/** Rows that an exclusion constraint would not let stand beside an earlier row. */
export const exclusion: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind !== "add-constraint" || operation.constraint.type !== "exclusion") return [];
    const table = resolveTable(operation.table, before);
    if (!holdsRows(before, table)) return [];
    const { elements, predicate } = operation.constraint;
    const expressions = elements.map(({ expression }, at) => `(${bare(expression)}) AS "$${at}"`).join(", ");
    const where = predicate === null ? "" : ` WHERE ${predicate}`;
    const rows = `(SELECT *, tableoid AS "$in", ctid AS "$at", ${expressions} FROM ${sqlTable(table)}${where})`;
    const clash = elements.map(({ operator }, at) => `o."$${at}" ${operator} t."$${at}"`).join(" AND ");
    const earlier = `EXISTS (SELECT FROM ${rows} o WHERE (o."$in", o."$at") < (t."$in", t."$at") AND ${clash})`;
    const keyed = before.constraints(table).some(({ attributes }) => attributes.type === "p");
    return [
      countRows({
        code: CODE,
        statement: operation.statement,
        subject: { kind: "table", name: humanTable(table) },
        meaning: `rows of ${humanTable(table)} that clash with an earlier row on ${elements.map((each) => `${each.expression} ${each.operator}`).join(", ")}`,
        rows: `FROM ${rows} t WHERE ${earlier}`,
        key: keyed ? rowKey(before, table, "t") : 't."$at"::text',
        repair: `DELETE FROM ${sqlTable(table)} d USING ${rows} t WHERE ${earlier} AND d.ctid = t."$at" AND d.tableoid = t."$in"`,
        reads: [table],
      }),
    ];
  },
};

/** An element may name an operator class after its expression. */
function bare(expression: string): string {
  return expression.replace(/\s+[a-z_]+_ops$/, "");
}
