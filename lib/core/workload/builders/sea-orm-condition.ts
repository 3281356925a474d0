import { COMPARISONS } from "../../rust/sea-orm/comparisons.js";
import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { argumentsOf, bare, type Chain, chainOf } from "./chain.js";
import { boundText, columnText, type Entities } from "./sea-orm-entities.js";
import type { Values } from "./statement-text.js";
import { Untold } from "./untold.js";

type Column = NonNullable<ReturnType<Entities["column"]>>;
type Link = Chain["links"][number];

/** What a condition of SeaORM's is in SQL. Throws `Untold`. */
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
    if (!last) throw new Untold(root);
    const inner = others[0]?.node ?? root;
    if (last.method === "and" || last.method === "or")
      return `(${this.condition(inner)}) ${last.method.toUpperCase()} (${this.condition(only(last))})`;
    if (last.method === "not" && last.args.length === 0) return `NOT (${this.condition(inner)})`;
    return this.compared(this.columnOf(inner), last);
  }

  private all(start: string, links: readonly Link[], root: RustNode): string {
    const parts = links.map((link) => {
      if (link.method !== "add") throw new Untold(link.node);
      return `(${this.condition(only(link))})`;
    });
    if (parts.length === 0) throw new Untold(root);
    return parts.join(start === "Condition::all" ? " AND " : " OR ");
  }

  private compared({ entity, field }: Column, { method, args, node }: Link): string {
    const column = columnText(entity, field.column);
    const [first, second] = args;
    const unary = UNARY[method];
    if (unary !== undefined && args.length === 0) return `${column} ${unary}`;
    const operator = BINARY[method];
    if (operator !== undefined && first && args.length === 1)
      return `${column} ${operator} ${this.value(first, field)}`;
    // As many values as the list has when it runs: the statement is the same for each number of them.
    const list = LISTS[method];
    if (list !== undefined && first && args.length === 1) return `${column} ${list} (${this.value(first, field)})`;
    if (/^(not_)?between$/.test(method) && first && second)
      return `${column} ${method === "between" ? "" : "NOT "}BETWEEN ${this.value(first, field)} AND ${this.value(second, field)}`;
    throw new Untold(node);
  }

  /** `Column::Name`, also as `Expr::col(Column::Name)`. */
  columnOf(expression: RustNode): Column {
    const node = bare(expression);
    const path = node.type === "call_expression" ? pathOf(node.field("function")) : [];
    const [argument] = path.slice(-2).join("::") === "Expr::col" ? argumentsOf(node) : [];
    const column = this.entities.column(argument ? bare(argument) : node);
    if (!column) throw new Untold(node);
    return column;
  }

  /** A value that the client binds; what names a table or a column is more than a value. */
  value(node: RustNode, field: Column["field"]): string {
    if (this.entities.mentions(node)) throw new Untold(node);
    return boundText(field, this.values.next());
  }
}

function only({ args, node }: Link): RustNode {
  const [argument] = args;
  if (!argument || args.length > 1) throw new Untold(node);
  return argument;
}

const UNARY: Readonly<Record<string, string>> = { is_null: "IS NULL", is_not_null: "IS NOT NULL" };
const LISTS: Readonly<Record<string, string>> = { is_in: "IN", is_not_in: "NOT IN" };
const BINARY: Readonly<Record<string, string>> = {
  ...COMPARISONS,
  starts_with: "LIKE",
  ends_with: "LIKE",
  contains: "LIKE",
};
