import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { argumentsOf, bare, chainOf } from "./chain.js";
import type { DieselNames } from "./diesel-names.js";
import { allColumns, type Values } from "./statement-text.js";
import { UnknownSql } from "./unknown-sql.js";

/** A diesel expression in SQL. Throws `UnknownSql`. */
export class DieselExpressions {
  constructor(
    private readonly names: DieselNames,
    private readonly values: Values,
  ) {}

  condition(expression: RustNode): string {
    const { root, links } = chainOf(expression);
    const [last, ...others] = links.toReversed();
    if (!last) return this.called(root);
    const inner = others.length > 0 ? (others[0] as { readonly node: RustNode }).node : root;
    if (last.method === "and" || last.method === "or")
      return `(${this.condition(inner)}) ${last.method.toUpperCase()} (${this.condition(only(last))})`;
    return this.compared(inner, last);
  }

  private compared(left: RustNode, { method, args, node }: ReturnType<typeof chainOf>["links"][number]): string {
    const column = this.operand(left);
    const [first, second] = args;
    const unary = UNARY[method];
    if (unary !== undefined && args.length === 0) return `${column} ${unary}`;
    const operator = BINARY[method];
    if (operator !== undefined && first && args.length === 1)
      return `${column} ${operator} ${this.operandOrValue(first)}`;
    const list = LISTS[method];
    if (list !== undefined && first && args.length === 1) return `${column} ${list}(${this.value(first)})`;
    if (/^(not_)?between$/.test(method) && first && second)
      return `${column} ${method === "between" ? "" : "NOT "}BETWEEN ${this.value(first)} AND ${this.value(second)}`;
    throw new UnknownSql(node);
  }

  private called(node: RustNode): string {
    const name = node.type === "call_expression" ? pathOf(node.field("function")).at(-1) : undefined;
    const [argument] = name === "not" ? argumentsOf(node) : [];
    if (argument) return `NOT (${this.condition(argument)})`;
    return this.operand(node);
  }

  /** A column, or a known function of one. */
  private operand(node: RustNode): string {
    const told = this.names.column(bare(node)) ?? this.function(bare(node));
    if (told === null) throw new UnknownSql(node);
    return told;
  }

  private function(node: RustNode): string | null {
    if (node.type !== "call_expression") return null;
    const name = pathOf(node.field("function")).at(-1) ?? "";
    const [argument] = argumentsOf(node);
    if (name === "count_star") return "COUNT(*)";
    if (!argument || !/^(count|max|min|sum|avg|lower|excluded)$/.test(name)) return null;
    if (name === "excluded") {
      const column = this.names.bareColumn(bare(argument));
      return column === null ? null : `excluded.${identifier(column)}`;
    }
    const column = this.names.column(bare(argument));
    return column === null ? null : `${name}(${column})`;
  }

  operandOrValue(node: RustNode): string {
    const inner = bare(node);
    if (inner.type === "binary_expression") {
      const [left, right] = [inner.field("left"), inner.field("right")];
      if (left && right && /^[-+*/]$/.test(inner.operator ?? "") && this.names.mentions(inner))
        return `${this.operandOrValue(left)} ${inner.operator} ${this.operandOrValue(right)}`;
    }
    return this.names.column(inner) ?? this.function(inner) ?? this.value(inner);
  }

  /** A value that the client binds; something that names a table or a column is more than a value. */
  value(node: RustNode): string {
    if (this.names.mentions(node)) throw new UnknownSql(node);
    return this.values.next();
  }

  /** What `select`, `returning` and `order` accept. */
  selection(expression: RustNode): string {
    const node = bare(expression);
    if (node.type === "tuple_expression") return node.plain.map((each) => this.selection(each)).join(", ");
    const { root, links } = chainOf(node);
    const [link] = links;
    if (link && links.length === 1 && /^(asc|desc)$/.test(link.method))
      return `${this.operand(root)} ${link.method.toUpperCase()}`;
    if (link) throw new UnknownSql(node);
    const table = this.names.everything(root);
    if (table) return allColumns(table);
    return this.names.structColumns(root) ?? this.operand(root);
  }
}

function only({ args, node }: { readonly args: readonly RustNode[]; readonly node: RustNode }): RustNode {
  const [argument] = args;
  if (!argument || args.length > 1) throw new UnknownSql(node);
  return argument;
}

const UNARY: Readonly<Record<string, string>> = { is_null: "IS NULL", is_not_null: "IS NOT NULL" };
const LISTS: Readonly<Record<string, string>> = { eq_any: "= ANY", ne_all: "<> ALL" };
const BINARY: Readonly<Record<string, string>> = {
  eq: "=",
  ne: "<>",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  like: "LIKE",
  not_like: "NOT LIKE",
  ilike: "ILIKE",
  not_ilike: "NOT ILIKE",
  is_distinct_from: "IS DISTINCT FROM",
  is_not_distinct_from: "IS NOT DISTINCT FROM",
};
