import { dieselTable } from "../../rust/application/diesel-tables.js";
import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import type { MappedTable } from "./statement-text.js";

/** A struct that represents columns of a table: what is selected, inserted or set. */
export interface MappedStruct {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A table of `table!`, with its columns by the names that code uses. */
export interface DieselTable extends MappedTable {
  /** The code's name for the table. */
  readonly module: string;
  readonly named: Readonly<Record<string, string>>;
}

/** What an application's code says about its tables. A name with two meanings counts as unknown. */
export interface DieselSchema {
  readonly tables: ReadonlyMap<string, DieselTable>;
  readonly structs: ReadonlyMap<string, MappedStruct>;
  /** `child parent`: the child's column that leads to the parent. */
  readonly joins: ReadonlyMap<string, string>;
}

export function dieselSchema(roots: readonly RustNode[]): DieselSchema {
  const tables = new Unique<DieselTable>();
  const structs = new Unique<MappedStruct>();
  const joins = new Map<string, string>();
  for (const node of roots.flatMap((root) => [...root.descendants()])) {
    if (node.type === "macro_invocation") {
      const name = pathOf(node.field("macro")).at(-1);
      if (name === "table") for (const table of tablesOf(node)) tables.add(table.module, table);
      if (name === "joinable") for (const [pair, column] of joinOf(node.text)) joins.set(pair, column);
    }
    for (const [at, child] of node.children.entries())
      if (child.type === "struct_item") addStruct(structs, child, attributesBefore(node.children, at));
  }
  for (const root of roots)
    for (const [at, child] of root.children.entries())
      if (child.type === "struct_item") addStruct(structs, child, attributesBefore(root.children, at));
  return { tables: tables.known, structs: structs.known, joins };
}

/** What is said twice differently counts as unknown. */
class Unique<T> {
  readonly known = new Map<string, T>();
  private readonly said = new Map<string, string>();

  add(name: string, value: T): void {
    const text = JSON.stringify(value);
    const before = this.said.get(name);
    this.said.set(name, text);
    if (before === undefined) this.known.set(name, value);
    else if (before !== text) this.known.delete(name);
  }
}

function tablesOf(macro: RustNode): readonly DieselTable[] {
  const mapped = dieselTable(macro);
  if (!mapped) return [];
  const tokens = macro.child("token_tree")?.text ?? "";
  const [, keys = "id"] = /\w\s*\(([\w\s,]+)\)\s*\{/.exec(tokens) ?? [];
  const named = new Map(mapped.columns.map(({ name, column }) => [name, column]));
  const key = keys.split(",").map((part) => named.get(part.trim()) ?? part.trim());
  // The table's own attribute comes before its braces.
  const [, renamed] =
    /#\[\s*sql_name\s*=\s*"([^"]+)"/.exec(tokens.slice(1, tokens.lastIndexOf("{", tokens.indexOf("->")))) ?? [];
  const columns = mapped.columns.map(({ column }) => column);
  const { schema, name } = mapped;
  return [
    {
      module: name,
      schema,
      name: renamed ?? name,
      columns,
      key: key.filter(Boolean),
      named: Object.fromEntries(named),
    },
  ];
}

/** `joinable!(child -> parent (column))` */
function joinOf(text: string): readonly (readonly [string, string])[] {
  const [, child, parent, column] = /\(\s*(?:\w+::)*(\w+)\s*->\s*(?:\w+::)*(\w+)\s*\(\s*(\w+)\s*\)/.exec(text) ?? [];
  return child && parent && column ? [[`${child} ${parent}`, column]] : [];
}

function attributesBefore(children: readonly RustNode[], at: number): readonly RustNode[] {
  let from = at;
  while (children[from - 1]?.type === "attribute_item") from -= 1;
  return children.slice(from, at);
}

const MAPPED = /\b(Insertable|AsChangeset|Selectable|Identifiable)\b/;

function addStruct(structs: Unique<MappedStruct>, node: RustNode, attributes: readonly RustNode[]): void {
  const name = node.field("name")?.text ?? "";
  if (!attributes.some(({ text }) => MAPPED.test(text))) return;
  const table = tableOf(attributes);
  const fields = node.field("body")?.children ?? [];
  if (table === null || fields.some(({ text }) => /\bembed\b|\bselect_expression\b/.test(text))) return;
  const columns = fields.flatMap((field, at) =>
    field.type === "field_declaration" ? [columnOf(field, attributesBefore(fields, at))] : [],
  );
  structs.add(name, { table, columns });
}

function tableOf(attributes: readonly RustNode[]): string | null {
  const text = attributes.map((each) => each.text).join("\n");
  return /\btable_name\s*=\s*"?(?:\w+::)*(\w+)/.exec(text)?.[1] ?? null;
}

function columnOf(field: RustNode, attributes: readonly RustNode[]): string {
  const text = attributes.map((each) => each.text).join("\n");
  const named = /\bcolumn_name\s*=\s*"?(?:r#)?(\w+)/.exec(text)?.[1];
  return named ?? (field.field("name")?.text ?? "").replace(/^r#/, "");
}
