import { identifier } from "../../sql/quote.js";
import {
  alterTableText,
  columnText,
  createTableText,
  foreignKeyText,
  type TableName,
  tableText,
} from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { checkText, columnOf, modifyActions } from "./column.js";
import type { Dialect } from "./column-types.js";
import { foreignKeyOf } from "./foreign-key.js";
import { tableKeyText } from "./index-builder.js";
import { nameOf, tableOf } from "./names.js";
import { refuseOthers } from "./refuse-others.js";

/** `Table::create()`. Elements are in sea-query's order: columns, keys, foreign keys, checks. */
export function createTable(machine: Machine, term: Term, dialect: Dialect): string {
  const of = (...methods: string[]) => term.calls.filter((call) => methods.includes(call.method));
  refuseOthers(term, "a table", CREATE_METHODS);
  return createTableText({
    name: tableNamed(machine, term),
    ifNotExists: of("if_not_exists").length > 0,
    temporary: of("temporary").length > 0,
    elements: [
      ...of("col").map((call) => columnText(columnOf(machine, call.args[0], dialect))),
      ...of("primary_key", "index").map((call) => tableKeyText(machine, call.args[0], call.method === "primary_key")),
      ...of("foreign_key").map((call) => foreignKeyText(foreignKeyOf(machine, call.args[0]).key)),
      ...of("check").map((call) => checkText(machine, call.args[0])),
    ],
    suffix: of("extra", "engine", "collate", "character_set").map(suffixText).join(""),
  });
}

const CREATE_METHODS = new Set([
  "table",
  "if_not_exists",
  "temporary",
  "col",
  "primary_key",
  "index",
  "foreign_key",
  "check",
  "extra",
  "comment",
  "engine",
  "collate",
  "character_set",
]);
const ALTER_METHODS = new Set([
  "table",
  "add_column",
  "add_column_if_not_exists",
  "modify_column",
  "rename_column",
  "drop_column",
  "drop_column_if_exists",
  "add_foreign_key",
  "drop_foreign_key",
  "drop_constraint",
]);

/** Options for another database are written as sea-query writes them, so that PostgreSQL's parser refuses them here too. */
function suffixText(call: Call): string {
  const [value] = call.args;
  if (value?.kind !== "text") throw new NotLowered("The text at the end of the table is not constant", call.node);
  const word = { engine: "ENGINE=", collate: "COLLATE=", character_set: "DEFAULT CHARSET=" }[call.method] ?? "";
  return ` ${word}${value.text}`;
}

function tableNamed(machine: Machine, term: Term): TableName {
  const call = term.calls.findLast((each) => each.method === "table");
  if (!call) throw new NotLowered("The statement names no table", term.node);
  return tableOf(machine, call.args[0]);
}

/** `Table::alter()`: PostgreSQL accepts several actions in one statement, except renames. */
export function alterTable(machine: Machine, term: Term, dialect: Dialect): readonly string[] {
  refuseOthers(term, "a table", ALTER_METHODS);
  const table = tableNamed(machine, term);
  const actions = term.calls
    .filter((call) => call.method !== "table")
    .map((call) => alterActions(machine, call, dialect));
  if (actions.length === 0) throw new NotLowered("The alteration changes nothing", term.node);
  return [alterTableText(table, actions.flat())];
}

function alterActions(machine: Machine, { method, args, node }: Call, dialect: Dialect): readonly string[] {
  const [first, second] = args;
  if (method === "add_column" || method === "add_column_if_not_exists") {
    const condition = method === "add_column" ? "" : "IF NOT EXISTS ";
    return [`ADD COLUMN ${condition}${columnText(columnOf(machine, first, dialect))}`];
  }
  if (method === "modify_column") return modifyActions(machine, first, dialect);
  if (method === "rename_column") {
    return [`RENAME COLUMN ${identifier(nameOf(machine, first))} TO ${identifier(nameOf(machine, second))}`];
  }
  if (method === "drop_column") return [`DROP COLUMN ${identifier(nameOf(machine, first))}`];
  if (method === "drop_column_if_exists") return [`DROP COLUMN IF EXISTS ${identifier(nameOf(machine, first))}`];
  if (method === "add_foreign_key") return [`ADD ${foreignKeyText(foreignKeyOf(machine, first).key)}`];
  if (method === "drop_foreign_key" || method === "drop_constraint") {
    return [`DROP CONSTRAINT ${identifier(nameOf(machine, first))}`];
  }
  throw new NotLowered(`What ${method} does to a table is not known`, node);
}

export function dropTable(machine: Machine, term: Term): string {
  const tables = term.calls.filter((call) => call.method === "table").map((call) => tableOf(machine, call.args[0]));
  refuseOthers(term, "a table", new Set(["table", "if_exists", "cascade", "restrict"]));
  if (tables.length === 0) throw new NotLowered("The statement names no table", term.node);
  const has = (method: string) => term.calls.some((call) => call.method === method);
  const option = term.calls
    .filter(({ method }) => method === "cascade" || method === "restrict")
    .map(({ method }) => ` ${method.toUpperCase()}`)
    .join("");
  return `DROP TABLE ${has("if_exists") ? "IF EXISTS " : ""}${tables.map(tableText).join(", ")}${option}`;
}

export function renameTable(machine: Machine, term: Term): string {
  refuseOthers(term, "a table", new Set(["table"]));
  const call = term.calls.findLast((each) => each.method === "table");
  if (call?.args.length !== 2) throw new NotLowered("The renaming needs two names", term.node);
  const to = tableOf(machine, call.args[1]);
  return `ALTER TABLE ${tableText(tableOf(machine, call.args[0]))} RENAME TO ${tableText(to)}`;
}

export function truncateTable(machine: Machine, term: Term): string {
  refuseOthers(term, "a table", new Set(["table"]));
  return `TRUNCATE TABLE ${tableText(tableNamed(machine, term))}`;
}
