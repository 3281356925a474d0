import type { Call, StructValue, Term } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import {
  columnText,
  constraintText,
  foreignKeyText,
  indexText,
  primaryKeyText,
  tableText,
  textOf,
} from "./barrel-text.js";

/** What was called on the `t` of `create_table("x", |t| …)`, as barrel writes it. */
export interface TableParts {
  readonly columns: readonly string[];
  readonly constraints: readonly string[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly string[];
  readonly indexes: readonly string[];
}

const COLUMNS = /^(add_column|drop_column|rename_column|inject_custom)$/;
const INDEXES = /^(add_index|add_partial_index|drop_index)$/;

export function partsOf(table: Term, name: string, adds: boolean, schema: string | null): TableParts {
  const of = (pattern: RegExp) => table.calls.filter((call) => pattern.test(call.method));
  const known =
    /^(add_column|drop_column|rename_column|inject_custom|add_index|add_partial_index|drop_index|add_constraint|add_foreign_key|set_primary_key)$/;
  const other = table.calls.find((call) => !known.test(call.method));
  if (other) throw new NotLowered(`What ${other.method} does to a table is not known`, other.node);
  return {
    columns: of(COLUMNS).map((call) => columnChange(call, adds, schema)),
    constraints: of(/^add_constraint$/).map((call) => constraintText(textOf(call.args[0]), call.args[1])),
    primaryKey: of(/^set_primary_key$/)
      .slice(-1)
      .map((call) => primaryKeyText(call.args[0])),
    foreignKeys: of(/^add_foreign_key$/).map((call) => foreignKeyText(call, schema)),
    indexes: of(INDEXES).map((call) => indexChange(call, name, schema)),
  };
}

function columnChange({ method, args, node }: Call, adds: boolean, schema: string | null): string {
  const [first, second] = args;
  if (method === "inject_custom") return textOf(first);
  if (method === "drop_column") return `DROP COLUMN "${textOf(first)}"`;
  if (method === "rename_column") return `RENAME COLUMN "${textOf(first)}" TO "${textOf(second)}"`;
  const type = second?.kind === "struct" ? writtenType(second) : second;
  if (type?.kind !== "term") throw new NotLowered("The column's type is not known", node);
  return columnText({ name: textOf(first), type }, adds, schema);
}

/** barrel's `BaseType`, by the function of `types` that creates the same. */
const BASE: Readonly<Record<string, string>> = {
  Custom: "custom",
  Text: "text",
  Integer: "integer",
  Serial: "serial",
  Float: "float",
  Double: "double",
  Boolean: "boolean",
  Json: "json",
  Binary: "binary",
  Date: "date",
  Time: "time",
  DateTime: "datetime",
  UUID: "uuid",
  VarChar: "varchar",
};

/** `Type { inner: BaseType::Custom("…"), nullable: true, … }` as the call that creates it. */
function writtenType({ name, fields, node }: StructValue): Term {
  const inner = fields.get("inner");
  const path = inner?.kind === "term" ? inner.head : inner?.kind === "path" ? inner.segments : [];
  const head = path.at(-2) === "BaseType" ? BASE[path.at(-1) ?? ""] : undefined;
  if (name !== "Type" || head === undefined) throw new NotLowered("The column's type is not known", node);
  const calls = [...fields].flatMap(([method, value]): Call[] => {
    if (method === "inner" || value.kind === "none") return [];
    return [{ method, args: [value.kind === "some" ? value.value : value], node }];
  });
  return { kind: "term", head: ["types", head], args: inner?.kind === "term" ? inner.args : [], calls, node };
}

function indexChange({ method, args }: Call, table: string, schema: string | null): string {
  const [first, second, third] = args;
  if (method === "drop_index") return `DROP INDEX "${textOf(first)}"`;
  const index = indexText(table, schema, textOf(first), second);
  return method === "add_partial_index" ? `${index} WHERE ${textOf(third)}` : index;
}

/** `create_table` followed by its indexes. */
export function createText(name: string, parts: TableParts, ifNotExists: boolean, schema: string | null): string {
  const elements = [...parts.columns, ...parts.constraints, ...parts.primaryKey, ...parts.foreignKeys].join(", ");
  const head = `CREATE TABLE ${ifNotExists ? "IF NOT EXISTS " : ""}${tableText(schema, name)} (${elements})`;
  return [head, ...parts.indexes].join(";");
}

export function changeText(name: string, parts: TableParts, schema: string | null): string {
  const added = [...parts.foreignKeys, ...parts.primaryKey].map((part) => `ADD ${part}`);
  return [`ALTER TABLE ${tableText(schema, name)} ${[...parts.columns, ...added].join(", ")}`, ...parts.indexes].join(
    ";",
  );
}
