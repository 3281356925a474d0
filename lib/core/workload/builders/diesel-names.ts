import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { bare, chainOf, chainsIn } from "./chain.js";
import type { DieselSchema, DieselTable, MappedStruct } from "./diesel-schema.js";
import { columnText } from "./statement-text.js";

/** Methods that send a query. */
export const SENDS = /^(load|load_iter|load_stream|get_result|get_results|first|execute)$/;

/** What names mean in one file of an application that uses diesel. */
export class DieselNames {
  /** Tables whose columns are known by their bare names: `use schema::users::dsl::*`. */
  private readonly open: readonly string[];
  /** Single names that a `use` imports: `use schema::users::dsl::name`. */
  private readonly brought = new Map<string, string>();

  constructor(
    private readonly schema: DieselSchema,
    root: RustNode,
    /** The function that contains the names. */
    private readonly within: RustNode,
  ) {
    const open = new Set<string>();
    for (const node of root.descendants())
      if (node.type === "use_declaration") for (const path of usedPaths(node.text)) this.bring(path, open);
    this.open = [...open];
  }

  private bring(path: readonly string[], open: Set<string>): void {
    const parts = path.filter((part) => part !== "dsl" && part !== "columns");
    const [owner, name] = [parts.at(-2) ?? "", parts.at(-1) ?? ""];
    if (!this.schema.tables.has(owner)) return;
    if (name === "*") open.add(owner);
    else this.brought.set(name, owner);
  }

  /** `users::table`, `users::dsl::users`, or `users` if a `use` imports it. */
  table(node: RustNode): DieselTable | null {
    const path = pathOf(node);
    const [owner, name] = [path.filter((part) => part !== "dsl").at(-2), path.at(-1) ?? ""];
    if (name === "table" && owner !== undefined) return this.schema.tables.get(owner) ?? null;
    if (path.length > 1) return path.at(-2) === "dsl" && owner === name ? (this.schema.tables.get(name) ?? null) : null;
    return this.open.includes(name) || this.brought.get(name) === name ? (this.schema.tables.get(name) ?? null) : null;
  }

  column(node: RustNode): string | null {
    const [table, column] = this.columnOf(node) ?? [];
    return table && column !== undefined ? columnText(table, column) : null;
  }

  bareColumn(node: RustNode): string | null {
    return this.columnOf(node)?.[1] ?? null;
  }

  private columnOf(node: RustNode): readonly [DieselTable, string] | null {
    if (node.type !== "identifier" && node.type !== "scoped_identifier") return null;
    const parts = pathOf(node).filter((part) => part !== "dsl" && part !== "columns");
    const name = parts.at(-1) ?? "";
    const owners = parts.length > 1 ? [parts.at(-2) ?? ""] : this.ownersOf(name);
    const found = owners.flatMap((owner) => {
      const table = this.schema.tables.get(owner);
      const column = table?.named[name];
      return table && column !== undefined ? [[table, column] as const] : [];
    });
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  private ownersOf(name: string): readonly string[] {
    const brought = this.brought.get(name);
    return brought === undefined ? this.open : [brought];
  }

  /** Whether a table or a column is named anywhere below, also by a variable with a query that is not sent yet. */
  mentions(node: RustNode, known: ReadonlySet<string> = new Set()): boolean {
    return [node, ...node.descendants()].some(
      (each) =>
        this.columnOf(each) !== null ||
        (/identifier$/.test(each.type) && this.table(each) !== null) ||
        (each.type === "identifier" &&
          !known.has(each.text) &&
          this.isUnsent(each.text, new Set([...known, each.text]))),
    );
  }

  private isUnsent(variable: string, known: ReadonlySet<string>): boolean {
    return [...this.within.descendants()].some((each) => {
      const value = each.type === "let_declaration" ? each.field("value") : null;
      if (!value || each.field("pattern")?.text.replace(/^mut /, "") !== variable) return false;
      const sent = [...chainsIn(value)].some(({ links }) => links.some(({ method }) => SENDS.test(method)));
      return !sent && this.mentions(value, known);
    });
  }

  /** `users::all_columns`, `users::star`, and a table by itself. */
  everything(node: RustNode): DieselTable | null {
    const path = pathOf(node);
    if (/^(all_columns|star)$/.test(path.at(-1) ?? "")) return this.schema.tables.get(path.at(-2) ?? "") ?? null;
    return this.table(node);
  }

  /** `User::as_select()` */
  structColumns(node: RustNode): string | null {
    const path = node.type === "call_expression" ? pathOf(node.field("function")) : [];
    if (!/^as_(select|returning)$/.test(path.at(-1) ?? "")) return null;
    const struct = this.schema.structs.get(path.at(-2) ?? "");
    const table = struct && this.schema.tables.get(struct.table);
    if (!struct || !table) return null;
    const columns = struct.columns.map((column) => table.named[column]);
    return columns.some((column) => column === undefined)
      ? null
      : columns.map((column) => columnText(table, column ?? "")).join(", ");
  }

  /** The struct of a value, by its own text, the function's parameters or a `let`. */
  structOf(expression: RustNode): MappedStruct | null {
    const node = bare(expression);
    if (node.type === "struct_expression") return this.struct(pathOf(node.field("name")).at(-1));
    if (node.type !== "identifier") return null;
    for (const each of this.within.descendants()) {
      if (each.field("pattern")?.text.replace(/^mut /, "") !== node.text) continue;
      const type = each.field("type")?.text ?? "";
      const named = [...type.matchAll(/\w+/g)].map(([word]) => word).filter((word) => this.schema.structs.has(word));
      if (named.length === 1) return this.struct(named[0]);
      const value = each.field("value");
      if (each.type === "let_declaration" && value?.type === "struct_expression")
        return this.struct(pathOf(value.field("name")).at(-1));
    }
    return null;
  }

  private struct(name: string | undefined): MappedStruct | null {
    return this.schema.structs.get(name ?? "") ?? null;
  }

  tableNamed(name: string): DieselTable | null {
    return this.schema.tables.get(name) ?? null;
  }

  /** The column of either table that leads to the other. */
  joined(a: DieselTable, b: DieselTable): string | null {
    const own = this.schema.joins.get(`${a.module} ${b.module}`);
    if (own !== undefined) return this.equal(a, own, b);
    const other = this.schema.joins.get(`${b.module} ${a.module}`);
    return other === undefined ? null : this.equal(b, other, a);
  }

  private equal(child: DieselTable, column: string, parent: DieselTable): string | null {
    const [key] = parent.key;
    const known = child.named[column];
    return key === undefined || known === undefined ? null : `${columnText(child, known)} = ${columnText(parent, key)}`;
  }

  chainTable(node: RustNode): DieselTable | null {
    const { root, links } = chainOf(node);
    return links.length === 0 ? this.table(root) : null;
  }
}

/** `use a::{b::c, d::*}` as its paths. */
function usedPaths(text: string): readonly (readonly string[])[] {
  const body = text
    .replace(/^.*?\buse\s+/s, "")
    .replace(/;\s*$/, "")
    .replace(/\s+as\s+\w+/g, "")
    .replace(/\s+/g, "");
  return expand(body).map((path) => path.split("::"));
}

function expand(text: string): readonly string[] {
  const at = text.indexOf("{");
  if (at < 0) return text === "" ? [] : [text];
  const inner = text.slice(at + 1, text.lastIndexOf("}"));
  return splitTop(inner).flatMap((part) => expand(part).map((each) => text.slice(0, at) + each));
}

function splitTop(text: string): readonly string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const [at, sign] of [...text].entries()) {
    if (sign === "{") depth += 1;
    if (sign === "}") depth -= 1;
    if (sign === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part !== "");
}
