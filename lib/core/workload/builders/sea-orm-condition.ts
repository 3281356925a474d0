import { COMPARISONS } from "../../rust/sea-orm/comparisons.js";
import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { argumentsOf, bare, type Chain, chainOf } from "./chain.js";
import { boundText, columnText, type Entities } from "./sea-orm-entities.js";
import type { Values } from "./statement-text.js";
import { UnknownSql } from "./unknown-sql.js";

interface Column extends NonNullable<ReturnType<Entities["column"]>> {
  readonly text: string;
  /** Whether SeaORM casts values to the column's type: it does for `Column::Name`, but not for an expression. */
  readonly casts: boolean;
}
type Link = Chain["links"][number];

/** A SeaORM condition in SQL. Throws `UnknownSql`. */
export class SeaOrmConditions {
  constructor(
    private readonly entities: Entities,
    private readonly values: Values,
  ) {}

  condition(expression: RustNode): string {
    const { root, links } = chainOf(expression);
    const start = root.type === "call_expression" ? pathOf(root.field("function")).slice(-2).join("::") : "";
    if (start === "Condition::all" || start === "Condition::any") return this.all(start, links, root);
    const [last, ...others] = links.toReversed();
    if (!last) throw new UnknownSql(root);
    const inner = others[0]?.node ?? root;
    if (last.method === "and" || last.method === "or")
      return `(${this.condition(inner)}) ${last.method.toUpperCase()} (${this.condition(only(last))})`;
    if (last.method === "not" && last.args.length === 0) return `NOT (${this.condition(inner)})`;
    return this.compared(this.columnOf(inner), last);
  }

  private all(start: string, links: readonly Link[], root: RustNode): string {
    const parts = links.map((link) => {
      if (link.method !== "add") throw new UnknownSql(link.node);
      return `(${this.condition(only(link))})`;
    });
    if (parts.length === 0) throw new UnknownSql(root);
    return parts.join(start === "Condition::all" ? " AND " : " OR ");
  }

  private compared(named: Column, { method, args, node }: Link): string {
    const column = named.text;
    const [first, second] = args;
    const unary = UNARY[method];
    if (unary !== undefined && args.length === 0) return `${column} ${unary}`;
    const operator = BINARY[method];
    if (operator !== undefined && first && args.length === 1)
      return `${column} ${operator} ${this.value(first, { ...named, casts: named.casts && !operator.endsWith("LIKE") })}`;
    // As many values as the list has at run time: the statement is the same for any number of them.
    const list = LISTS[method];
    if (list !== undefined && first && args.length === 1) return `${column} ${list} (${this.value(first, named)})`;
    if (/^(not_)?between$/.test(method) && first && second) {
      const ends = { ...named, casts: false };
      return `${column} ${method === "between" ? "" : "NOT "}BETWEEN ${this.value(first, ends)} AND ${this.value(second, ends)}`;
    }
    throw new UnknownSql(node);
  }

  /** `Column::Name`, also as `Expr::col(Column::Name)`. */
  columnOf(expression: RustNode): Column {
    const node = bare(expression);
    const path = node.type === "call_expression" ? pathOf(node.field("function")) : [];
    const [argument] = path.slice(-2).join("::") === "Expr::col" ? argumentsOf(node) : [];
    const column = this.entities.column(argument ? bare(argument) : node);
    if (!column) throw new UnknownSql(node);
    const { entity, field } = column;
    return argument
      ? { ...column, text: identifier(field.column), casts: false }
      : { ...column, text: columnText(entity, field.column), casts: true };
  }

  /** A value that the client binds; something that names a table or a column is more than a value. */
  private value(node: RustNode, { field, casts }: Column): string {
    if (this.entities.mentions(node) || EXPRESSION.test(node.text)) throw new UnknownSql(node);
    const value = this.values.next();
    return casts ? boundText(field, value) : value;
  }
}

function only({ args, node }: Link): RustNode {
  const [argument] = args;
  if (!argument || args.length > 1) throw new UnknownSql(node);
  return argument;
}

/** Types of sea-query whose values are more than values. */
const EXPRESSION = /\b(Expr|SimpleExpr|Func|Query|CaseStatement)\b/;
const UNARY: Readonly<Record<string, string>> = { is_null: "IS NULL", is_not_null: "IS NOT NULL" };
const LISTS: Readonly<Record<string, string>> = { is_in: "IN", is_not_in: "NOT IN" };
const BINARY: Readonly<Record<string, string>> = {
  ...COMPARISONS,
  starts_with: "LIKE",
  ends_with: "LIKE",
  contains: "LIKE",
};
