import { tablesOfType } from "../operations/tables-of-type.js";
import { identifier } from "../sql/quote.js";
import type { Probe } from "./probe.js";
import { countRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.domain";

/** Values in columns of a domain that its new constraint would refuse. */
export const domain: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind !== "alter-domain") return [];
    const condition = violated(operation.change, operation.check);
    if (condition === null) return [];
    return tablesOfType(operation.domain, before).map(({ table, column }) => {
      const name = identifier(column.id.name);
      // VALUE is an ordinary column of the subquery.
      const values = `(SELECT *, tableoid AS "$in", ctid AS "$at", ${name} AS value FROM ${sqlTable(table)})`;
      const keyed = before.constraints(table).some(({ attributes }) => attributes.type === "p");
      return countRows({
        code: CODE,
        statement: operation.statement,
        subject: { kind: "column", name: `${humanTable(table)}.${column.id.name}` },
        meaning: `values of ${humanTable(table)}.${column.id.name} that the domain ${operation.domain.name} would refuse`,
        rows: `FROM ${values} t WHERE ${condition}`,
        key: keyed ? rowKey(before, table, "t") : 't."$at"::text',
        repair: `DELETE FROM ${sqlTable(table)} d USING ${values} t WHERE ${condition} AND d.ctid = t."$at" AND d.tableoid = t."$in"`,
        reads: [table],
      });
    });
  },
};

function violated(
  change: string,
  check: { readonly expression: string; readonly validated: boolean } | null,
): string | null {
  if (change === "set not null") return "t.value IS NULL";
  return change === "add constraint" && check?.validated ? `(${check.expression}) IS FALSE` : null;
}
