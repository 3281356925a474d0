import { identifier, qualified } from "../../sql/quote.js";

/** A table that code maps, with its columns as the database names them. */
export interface MappedTable {
  readonly schema: string | null;
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/** Numbers the values of one statement. */
export class Values {
  private last = 0;

  next(): string {
    return `$${++this.last}`;
  }
}

export function tableText({ schema, name }: MappedTable): string {
  return qualified(schema, name);
}

export function columnText(table: MappedTable, column: string): string {
  return `${tableText(table)}.${identifier(column)}`;
}

export function allColumns(table: MappedTable): string {
  return table.columns.map((column) => columnText(table, column)).join(", ");
}

/** A SELECT as its builder collects it. */
export interface Select {
  columns: string;
  readonly from: string[];
  readonly where: string[];
  readonly order: string[];
  distinct: boolean;
  limit: string | null;
  offset: string | null;
  lock: string | null;
  group: string | null;
}

export function emptySelect(columns: string, from: string): Select {
  const clauses = { distinct: false, limit: null, offset: null, lock: null, group: null };
  return { columns, from: [from], where: [], order: [], ...clauses };
}

export function selectText(select: Select): string {
  return [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${select.columns} FROM ${select.from.join(" ")}`,
    whereText(select.where),
    select.group === null ? "" : `GROUP BY ${select.group}`,
    select.order.length > 0 ? `ORDER BY ${select.order.join(", ")}` : "",
    select.limit === null ? "" : `LIMIT ${select.limit}`,
    select.offset === null ? "" : `OFFSET ${select.offset}`,
    select.lock ?? "",
  ]
    .filter(Boolean)
    .join(" ");
}

export function whereText(conditions: readonly string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.map((each) => `(${each})`).join(" AND ")}` : "";
}

/** `INSERT INTO t (…) VALUES (…)` */
export function insertText(table: MappedTable, columns: readonly string[], values: Values): string {
  if (columns.length === 0) return `INSERT INTO ${tableText(table)} DEFAULT VALUES`;
  const names = columns.map(identifier).join(", ");
  return `INSERT INTO ${tableText(table)} (${names}) VALUES (${columns.map(() => values.next()).join(", ")})`;
}
