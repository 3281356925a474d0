import { identifier, qualified } from "./quote.js";

/** Statements described by builders in other languages, as SQL text. Names are quoted here; types, defaults and expressions are SQL text already. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export interface ColumnText {
  readonly name: string;
  /** Null when only a property of the column changes. */
  readonly type: string | null;
  /** What follows the type, in order: `NOT NULL`, `DEFAULT 1`, `PRIMARY KEY`. */
  readonly clauses: readonly string[];
}

export interface ForeignKeyText {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: TableName;
  /** Empty: the primary key of the referenced table. */
  readonly referencedColumns: readonly string[];
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
}

export interface IndexText {
  readonly name: string | null;
  readonly table: TableName;
  readonly unique: boolean;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  readonly method: string | null;
  /** Each a quoted column or an expression, with its order and operator class. */
  readonly keys: readonly string[];
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  readonly where: string | null;
}

export function tableText(table: TableName): string {
  return qualified(table.schema, table.name);
}

export function columnText(column: ColumnText): string {
  return [identifier(column.name), ...(column.type === null ? [] : [column.type]), ...column.clauses].join(" ");
}

export function columnList(names: readonly string[]): string {
  return `(${names.map(identifier).join(", ")})`;
}

export function foreignKeyText(key: ForeignKeyText): string {
  const name = key.name === null ? "" : `CONSTRAINT ${identifier(key.name)} `;
  const target = key.referencedColumns.length === 0 ? "" : ` ${columnList(key.referencedColumns)}`;
  const onDelete = key.onDelete === null ? "" : ` ON DELETE ${key.onDelete}`;
  const onUpdate = key.onUpdate === null ? "" : ` ON UPDATE ${key.onUpdate}`;
  return `${name}FOREIGN KEY ${columnList(key.columns)} REFERENCES ${tableText(key.references)}${target}${onDelete}${onUpdate}`;
}

export function createTableText(table: {
  readonly name: TableName;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly elements: readonly string[];
  readonly suffix: string;
}): string {
  const head = `CREATE ${table.temporary ? "TEMPORARY " : ""}TABLE ${table.ifNotExists ? "IF NOT EXISTS " : ""}`;
  return `${head}${tableText(table.name)} (${table.elements.join(", ")})${table.suffix}`;
}

export function createIndexText(index: IndexText): string {
  return [
    "CREATE",
    ...(index.unique ? ["UNIQUE"] : []),
    "INDEX",
    ...(index.concurrently ? ["CONCURRENTLY"] : []),
    ...(index.ifNotExists ? ["IF NOT EXISTS"] : []),
    ...(index.name === null ? [] : [identifier(index.name)]),
    "ON",
    tableText(index.table),
    ...(index.method === null ? [] : [`USING ${index.method}`]),
    `(${index.keys.join(", ")})`,
    ...(index.include.length === 0 ? [] : [`INCLUDE ${columnList(index.include)}`]),
    ...(index.nullsNotDistinct ? ["NULLS NOT DISTINCT"] : []),
    ...(index.where === null ? [] : [`WHERE ${index.where}`]),
  ].join(" ");
}

export function alterTableText(table: TableName, actions: readonly string[]): string {
  return `ALTER TABLE ${tableText(table)} ${actions.join(", ")}`;
}
