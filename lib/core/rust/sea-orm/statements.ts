import { literal } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { builderOf } from "./builder-name.js";
import type { Dialect } from "./column-types.js";
import { expressionText } from "./expression.js";
import { createExtension, dropExtension } from "./extension-builder.js";
import { createForeignKey, dropForeignKey } from "./foreign-key.js";
import { createIndex, dropIndex } from "./index-builder.js";
import { describe } from "./names.js";
import { deleteText, insertText, updateText } from "./query-builder.js";
import { alterTable, createTable, dropTable, renameTable, truncateTable } from "./table-builder.js";
import { alterType, createType, dropType } from "./type-builder.js";

type Lower = (machine: Machine, term: Term, dialect: Dialect) => string | readonly string[];

/** By the type and function that start the builder. */
const BUILDERS: Readonly<Record<string, Lower>> = {
  "Table::create": createTable,
  "Table::alter": alterTable,
  "Table::drop": dropTable,
  "Table::rename": renameTable,
  "Table::truncate": truncateTable,
  "Index::create": createIndex,
  "Index::drop": dropIndex,
  "ForeignKey::create": createForeignKey,
  "ForeignKey::drop": dropForeignKey,
  "Type::create": createType,
  "Type::alter": alterType,
  "Type::drop": dropType,
  "Extension::create": (_machine, term) => createExtension(term),
  "Extension::drop": (_machine, term) => dropExtension(term),
  "Query::insert": insertText,
  "Query::update": updateText,
  "Query::delete": deleteText,
  "Statement::from_string": (_machine, term) => statementText(term),
  "Statement::from_sql_and_values": boundText,
};

/** `sqlx::query("…").bind(x)`, `sqlx::query!("…", x)`, `diesel::sql_query("…")`: the text is the first argument. */
const SQL_CALLS = /^(query|query_as|query_scalar|query_with|raw_sql|sql_query|query_unchecked|query_as_unchecked)!?$/;

export function sqlCallOf(value: Value | undefined): Term | null {
  if (value?.kind !== "term" || !SQL_CALLS.test(value.head.at(-1) ?? "")) return null;
  return /^(sqlx|diesel)$/.test(value.head[0] ?? "") ? value : null;
}

function sqlCallText(machine: Machine, term: Term): string {
  const at = term.args.findIndex((arg) => arg.kind === "text" || arg.kind === "unknown");
  const sql = term.args[at];
  if (sql?.kind === "unknown") throw new NotLowered(sql.reason, sql.node);
  if (sql?.kind !== "text") throw new NotLowered("The SQL is not constant", term.node);
  const other = term.calls.find((call) => call.method !== "bind");
  if (other) throw new NotLowered(`What ${other.method} does to a statement is not known`, other.node);
  const values = [...term.args.slice(at + 1), ...term.calls.flatMap((call) => call.args.slice(0, 1))];
  return values.length === 0 ? sql.text : filled(machine, sql.text, values);
}

/** True for a value that represents a statement, whether it is executed or not. */
export function isStatement(value: Value | undefined): value is Term {
  return value?.kind === "term" && BUILDERS[builderOf(value)] !== undefined;
}

/** The statements that a builder describes, as SQL. Throws `NotLowered` for what is unknown. */
export function statementsOf(machine: Machine, value: Value | undefined, dialect: Dialect): readonly string[] {
  if (value?.kind === "text") return [value.text];
  if (value?.kind === "unknown") throw new NotLowered(value.reason, value.node);
  const call = sqlCallOf(value);
  if (call) return [sqlCallText(machine, call)];
  if (!isStatement(value)) throw new NotLowered(`${describe(value)} is not known to be a statement`);
  const lowered = BUILDERS[builderOf(value)]?.(machine, value, dialect) ?? [];
  return typeof lowered === "string" ? [lowered] : lowered;
}

function statementText(term: Term): string {
  const sql = term.args.at(-1);
  if (sql?.kind === "unknown") throw new NotLowered(sql.reason, sql.node);
  if (sql?.kind !== "text") throw new NotLowered(`The SQL ${describe(sql)} is not constant`, term.node);
  return sql.text;
}

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g;

/** `$1` and so on are filled in with the values, if those are constant. */
function boundText(machine: Machine, term: Term): string {
  const sql = term.args.at(-2);
  const values = term.args.at(-1);
  if (sql?.kind === "unknown") throw new NotLowered(sql.reason, sql.node);
  if (sql?.kind !== "text") throw new NotLowered(`The SQL ${describe(sql)} is not constant`, term.node);
  if (values?.kind !== "list") throw new NotLowered("The values of the statement are not known", term.node);
  return filled(machine, sql.text, values.items);
}

function filled(machine: Machine, sql: string, values: readonly Value[]): string {
  return sql.replace(TOKEN, (all, index: string | undefined) => {
    if (index === undefined) return all;
    const value = values[Number(index) - 1];
    return value?.kind === "text" ? literal(value.text) : expressionText(machine, value);
  });
}
