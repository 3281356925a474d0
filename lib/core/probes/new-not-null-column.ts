import type { ColumnSpec, Operation } from "../operations/index.js";
import { identifier } from "../sql/quote.js";
import type { Moment, Probe } from "./probe.js";
import type { TableState } from "./state/table-state.js";
import { domainChain, domainDefault, refusedByDomains } from "./support/domains.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { unknownProbe } from "./support/unknown-probe.js";

/** Rows for which a new column has no acceptable value: NOT NULL without a default, or a domain that refuses its value. */
export const newNotNullColumn: Probe = {
  code: "probe.new-not-null-column",
  derive(operation, { before, after }) {
    if (operation.kind !== "add-column") return [];
    const { column, ifNotExists } = operation;
    const table = before.table(operation.table);
    if (!table || (ifNotExists && table.columns.some(({ name }) => name === column.name))) return [];
    if (before.isAltered(column.type)) {
      const reason = `A statement before it alters ${column.type}, so that it is not yet as the column will have it`;
      return [unknownProbe(newNotNullColumn.code, operation.statement, table, reason)];
    }
    const next = after.table(operation.table);
    const wanted = next && refused(operation, column, { before, after }, { table, next });
    if (!wanted) return [];
    const query = failingRows(before, {
      code: newNotNullColumn.code,
      subject: { kind: "column", name: `${tableName(table)}.${column.name}` },
      statement: operation.statement,
      meaning: `rows of ${tableName(table)} that the new column ${column.name} has no value for`,
      ...wanted,
      own: false,
      why: "unfit",
      set: null,
    });
    // The statement must change, not the rows.
    return [{ ...query, repair: null }];
  },
};

interface Wanted {
  readonly table: TableState;
  readonly condition: string;
  readonly columns: readonly string[];
}

/** The rows in the way; null where every row gets a value. */
function refused(
  { table: name }: Operation & { kind: "add-column" },
  column: ColumnSpec,
  { before }: Moment,
  { table, next }: { readonly table: TableState; readonly next: TableState },
): Wanted | null {
  if (column.serial || column.identity !== "") return null;
  const domains = domainChain(column.type, before);
  const primary = column.constraints.some(({ type }) => type === "primary key");
  const notNull = column.notNull || primary || domains.some((domain) => domain.notNull);
  const given = column.default ?? domainDefault(column.type, before);
  if (column.generated === "" && notNull && (given === null || /^NULL(::|$)/i.test(given)))
    return { table, condition: "true", columns: table.key };
  const value = `${identifier(name.name)}.${identifier(column.name)}`;
  const conditions = [
    ...(column.generated !== "" && notNull ? [`${value} IS NOT DISTINCT FROM NULL`] : []),
    refusedByDomains(value, domains) ?? [],
  ].flat();
  return conditions.length === 0 ? null : { table: next, condition: conditions.join(" OR "), columns: [column.name] };
}
