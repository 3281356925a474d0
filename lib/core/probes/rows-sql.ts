import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier, literal, qualified } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { ProbeQuery } from "./probe.js";

export function sqlTable(table: TableRef): string {
  return qualified(table.schema, table.name);
}

export function humanTable(table: TableRef): string {
  return `${table.schema}.${table.name}`;
}

/** What names a row for a person: its primary key, else its place. `alias` stands before each column. */
export function rowKey(before: CatalogIndex, table: TableRef, alias: string): string {
  const primary = before.constraints(table).find(({ attributes }) => attributes.type === "p");
  const columns = primary?.attributes.columns ?? [];
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) return `${literal(`${only}=`)} || ${alias}.${identifier(only)}`;
  if (columns.length === 0) return `${alias}.ctid::text`;
  return `(${columns.map((column) => `${alias}.${identifier(column)}`).join(", ")})::text`;
}

interface Rows {
  readonly code: string;
  readonly statement: Statement;
  readonly subject: ProbeQuery["subject"];
  readonly meaning: string;
  /** FROM and WHERE of the rows that are in the way. `t` is the table's alias. */
  readonly rows: string;
  readonly key: string;
  readonly repair: string | null;
  readonly reads: readonly TableRef[];
}

/** A probe that counts rows and shows five of them. */
export function countRows({ rows, key, reads, ...rest }: Rows): ProbeQuery {
  return {
    ...rest,
    count: `SELECT count(*) AS count ${rows}`,
    sample: `SELECT ${key} AS key ${rows} LIMIT 5`,
    reads: reads.map(sqlTable),
    doubt: null,
  };
}

/** True when the table and all the columns stood there before the release: only then there are rows to ask about. */
export function holdsRows(before: CatalogIndex, table: TableRef, columns: readonly string[] = []): boolean {
  return before.table(table) !== undefined && columns.every((column) => before.column(table, column) !== undefined);
}
