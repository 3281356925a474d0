import { expressionTree } from "../postgres/plain-cast.js";
import { deparse } from "../sql/deparse.js";
import { identifier, literal } from "../sql/quote.js";
import type { Probe } from "./probe.js";
import { columnOf } from "./state/table-state.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";

/** Values still in use that the release's own enum, which replaces a column's type, does not have. */
export const enumValue: Probe = {
  code: "probe.enum-value",
  derive(operation, { before }) {
    if (operation.kind !== "alter-column-type") return [];
    const labels = before.madeType(operation.type);
    const table = before.table(operation.table);
    const column = table && columnOf(table, operation.column);
    if (!labels || !table || !column) return [];
    const alias = identifier(table.name.name);
    const value = textOf(operation.using, `${alias}.${identifier(column.name)}`);
    const list = `ARRAY[${labels.map(literal).join(", ")}]::text[]`;
    const array = operation.type.endsWith("]");
    const refused = array
      ? `EXISTS (SELECT FROM unnest((${value})::text[]) AS item(value) WHERE item.value <> ALL (${list}))`
      : `(${value}) IS NOT NULL AND (${value})::text <> ALL (${list})`;
    const name = `${tableName(table)}.${column.name}`;
    return [
      failingRows(before, {
        code: enumValue.code,
        subject: { kind: "column", name },
        statement: operation.statement,
        meaning: `values of ${name} that the enum ${operation.type} does not have`,
        table,
        condition: refused,
        columns: [column.name],
        own: false,
        why: "converted",
        set: column.notNull || column.generated ? null : { column: column.name, value: "NULL" },
      }),
    ];
  },
};

/** The expression that is cast to the enum: USING without its last cast. */
function textOf(using: string | null, value: string): string {
  const tree = using === null ? null : expressionTree(using);
  if (tree === null) return using ?? value;
  return deparse("TypeCast" in tree && tree.TypeCast.arg ? tree.TypeCast.arg : tree);
}
