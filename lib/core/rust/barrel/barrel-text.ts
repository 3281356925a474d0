import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";

/**
 * Exactly the text that barrel's PostgreSQL generator writes, down to the blanks: refinery keeps a checksum of it, so any other spelling would make
 * the application refuse its own ledger. Source: barrel 0.7 `backend/pg.rs`, `migration.rs`, `table.rs`. Every other builder goes through
 * `lib/core/sql/render.ts`.
 */
export interface Column {
  readonly name: string;
  readonly type: Term;
}

function quoted(name: string): string {
  return `"${name}"`;
}

export function textOf(value: Value | undefined): string {
  if (value?.kind === "unknown") throw new NotLowered(value.reason, value.node);
  if (value?.kind !== "text") throw new NotLowered("A name or a text is not constant");
  return value.text;
}

function textsOf(value: Value | undefined): readonly string[] {
  if (value?.kind === "text") return [value.text];
  if (value?.kind !== "list") throw new NotLowered("A list of names is not constant");
  return value.items.map(textOf);
}

/** `"schema".` or nothing. */
function prefixOf(schema: string | null): string {
  return schema === null ? "" : `${quoted(schema)}.`;
}

const TYPES: Readonly<Record<string, string>> = {
  primary: "SERIAL PRIMARY KEY NOT NULL",
  uuid: "UUID",
  integer: "INTEGER",
  serial: "SERIAL",
  float: "FLOAT",
  double: "DOUBLE PRECISION",
  boolean: "BOOLEAN",
  text: "TEXT",
  json: "JSON",
  binary: "BYTEA",
  date: "DATE",
  time: "TIME",
  datetime: "TIMESTAMP",
};

function typeText(type: Term, schema: string | null): string {
  const name = (type.head.at(-1) ?? "").replace(/^r#/, "");
  const [first, second, third] = type.args;
  const plain = TYPES[name];
  if (plain !== undefined) return plain;
  if (name === "custom") return textOf(first);
  if (name === "array" && first?.kind === "term") return `${typeText(first, schema)}[]`;
  if ((name === "varchar" || name === "char") && first?.kind === "number") {
    return name === "varchar" && first.text === "0" ? "VARCHAR" : `${name.toUpperCase()}(${first.text})`;
  }
  if (name === "foreign") return reference(schema, textOf(first), textsOf(second));
  if (name === "foreign_schema") return reference(textOf(first), textOf(second), textsOf(third));
  throw new NotLowered(`The type ${name} is not known`, type.node);
}

function reference(schema: string | null, table: string, keys: readonly string[]): string {
  return `INTEGER REFERENCES ${prefixOf(schema)}${quoted(table)}(${keys.join(",")})`;
}

/** A property that is false unless it was set; the last setting counts. */
function isSet(type: Term, method: string, initially: boolean): boolean {
  const call = type.calls.findLast((each) => each.method === method);
  if (!call) return initially;
  const [value] = call.args;
  if (value?.kind !== "bool") throw new NotLowered(`The argument of ${method} is not constant`, call.node);
  return value.value;
}

/** Methods that modify a column's type. */
export const MODIFIERS: ReadonlySet<string> = new Set([
  "nullable",
  "unique",
  "increments",
  "indexed",
  "primary",
  "default",
  "size",
]);

export function columnText({ name, type }: Column, adds: boolean, schema: string | null): string {
  const other = type.calls.find((call) => !MODIFIERS.has(call.method));
  if (other) throw new NotLowered(`What ${other.method} does to a column is not known`, other.node);
  const head = type.head.at(-1);
  return [
    `${adds ? "ADD COLUMN " : ""}${quoted(name)} ${typeText(type, schema)}`,
    isSet(type, "primary", false) ? " PRIMARY KEY" : "",
    defaultText(type.calls.findLast((call) => call.method === "default")),
    isSet(type, "nullable", head === "primary") ? "" : " NOT NULL",
    isSet(type, "unique", head === "uuid") ? " UNIQUE" : "",
  ].join("");
}

function defaultText(call: Call | undefined): string {
  if (!call) return "";
  const [value] = call.args;
  const path = value?.kind === "path" ? value.segments.at(-1) : value?.kind === "term" ? value.head.at(-1) : undefined;
  if (path === "CurrentTimestamp") return " DEFAULT CURRENT_TIMESTAMP";
  if (path === "null" || path === "Null") return " DEFAULT NULL";
  if (value?.kind === "text") return ` DEFAULT '${value.text}'`;
  if (value?.kind === "number") return ` DEFAULT ${value.text}`;
  if (value?.kind === "bool") return ` DEFAULT ${value.value}`;
  if (value?.kind === "term" && (path === "Custom" || path === "AnyText" || path === "UUID")) {
    return ` DEFAULT '${textOf(value.args[0])}'`;
  }
  throw new NotLowered("The default value is not constant", call.node);
}

/** `types::index([…])` and `types::unique_constraint([…])`. */
function keysOf(
  value: Value | undefined,
  maker: string,
): { readonly keys: readonly string[]; readonly unique: boolean } {
  if (value?.kind !== "term" || value.head.at(-1) !== maker) throw new NotLowered(`It is not made by types::${maker}`);
  return { keys: textsOf(value.args[0]).map(quoted), unique: isSet(value, "unique", false) };
}

/** Two blanks before INDEX when it is not unique: barrel writes it that way. */
export function indexText(table: string, schema: string | null, name: string, value: Value | undefined): string {
  const { keys, unique } = keysOf(value, "index");
  return `CREATE ${unique ? "UNIQUE" : ""} INDEX ${quoted(name)} ON ${prefixOf(schema)}${quoted(table)} (${keys.join(", ")})`;
}

export function constraintText(name: string, value: Value | undefined): string {
  return `CONSTRAINT ${quoted(name)} UNIQUE (${keysOf(value, "unique_constraint").keys.join(", ")})`;
}

export function foreignKeyText(call: Call, schema: string | null): string {
  const [columns, table, others] = call.args;
  const list = (value: Value | undefined) => textsOf(value).map(quoted).join(",");
  return `FOREIGN KEY(${list(columns)}) REFERENCES ${prefixOf(schema)}${quoted(textOf(table))}(${list(others)})`;
}

export function primaryKeyText(value: Value | undefined): string {
  return `PRIMARY KEY (${textsOf(value).map(quoted).join(",")})`;
}

export function tableText(schema: string | null, name: string): string {
  return `${prefixOf(schema)}${quoted(name)}`;
}
