import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier, qualified } from "../sql/quote.js";
import type { ProbeQuery } from "./probe.js";
import { initialTable } from "./state/initial-state.js";
import type { TableState } from "./state/table-state.js";
import { hitQuery, tableName } from "./support/hit-query.js";
import { rowKey } from "./support/row-key.js";
import { copyAndSet } from "./support/set-aside.js";
import { withCalls } from "./support/with-calls.js";

/** NULLs in NOT NULL columns: each table is read once for all of its columns. */
export function existingNotNull(index: CatalogIndex): readonly ProbeQuery[] {
  return index.catalog.objects.flatMap((object) => {
    if (object.kind !== "table" || object.attributes.relkind !== "r") return [];
    const ref = { schema: object.id.schema ?? "", name: object.id.name };
    const columns = index.columns(ref).filter(({ attributes }) => attributes.notNull && attributes.generated !== "v");
    return columns.length === 0 ? [] : [probeOf(index, ref, columns)];
  });
}

function probeOf(
  index: CatalogIndex,
  ref: { readonly schema: string; readonly name: string },
  columns: readonly ColumnObject[],
): ProbeQuery {
  const table = initialTable(index, ref);
  const alias = identifier(ref.name);
  const names = columns.map(({ id }) => id.name);
  const key = rowKey(table, alias, names);
  const sql = qualified(ref.schema, ref.name);
  const draft = hitQuery({
    code: "probe.existing-not-null",
    subject: { kind: "table", name: tableName(table) },
    statement: { index: 0, sql: `-- NOT NULL of ${sql}`, source: { file: "catalog", line: 1, column: 1 } },
    meaning: `rows of ${tableName(table)} with a NULL in ${names.length === 1 ? names.join() : `one of ${names.join(", ")}`}`,
    body: `FROM ONLY ${sql} AS ${alias} WHERE ${nulls(names.map((name) => `${alias}.${identifier(name)}`))}`,
    key: key.text,
    order: key.order,
    rows: [table.ownRows],
    repair: repairOf(ref, table, columns),
    uncertainty: null,
  });
  return withCalls({ ...draft, existing: true });
}

/** Not IS NULL: for a NOT NULL column the planner knows the answer without looking. */
function nulls(columns: readonly string[]): string {
  return `num_nulls(${columns.join(", ")}) > 0`;
}

/** Columns with a default get it, as the application would expect; null when none has one. */
function repairOf(ref: TableRef, table: TableState, columns: readonly ColumnObject[]): string | null {
  const statements = columns.flatMap(({ id, attributes }) => {
    const value = attributes.generated === "" ? attributes.default : null;
    if (value === null) return [];
    const says = `Rows of ${tableName(table)} without a ${id.name} get its default, ${value}`;
    const chosen = `SELECT tableoid, ctid FROM ONLY ${qualified(ref.schema, ref.name)} WHERE ${nulls([identifier(id.name)])}`;
    return [copyAndSet(ref, { why: "missing", says }, chosen, { column: id.name, value })];
  });
  return statements.length === 0 ? null : statements.join(";\n");
}
