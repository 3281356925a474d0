import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { argumentsOf, bare, type Chain, chainOf, chainsIn } from "./chain.js";
import { DieselExpressions } from "./diesel-condition.js";
import { DieselNames, SENDS } from "./diesel-names.js";
import type { DieselSchema, DieselTable } from "./diesel-schema.js";
import { functionsIn } from "./functions-in.js";
import {
  allColumns,
  emptySelect,
  insertText,
  type Select,
  selectText,
  tableText,
  Values,
  whereText,
} from "./statement-text.js";
import { type BuiltQuery, sqlOrNull, UnknownSql } from "./unknown-sql.js";

/** The queries that an application's file sends through diesel, in SQL if the code gives all of it. */
export function dieselQueries(root: RustNode, schema: DieselSchema): readonly BuiltQuery[] {
  return [...functionsIn(root)].flatMap((within) => {
    const names = new DieselNames(schema, root, within);
    return [...chainsIn(within.field("body") ?? within)].flatMap((chain) => {
      const at = chain.links.findIndex(({ method, args }) => SENDS.test(method) && args.length > 0);
      const sent = chain.links[at];
      if (!sent || isOtherCall(chain, at)) return [];
      const links = chain.links.slice(0, at);
      const text = sqlOrNull(() => new Statement(names).tell({ root: chain.root, links }, sent));
      return [{ text, node: sent.node }];
    });
  });
}

/** The text of `sql_query("…")` is read elsewhere; an atomic's `load(Ordering::…)` is not a query. */
function isOtherCall({ root, links }: Chain, at: number): boolean {
  const name = root.type === "call_expression" ? pathOf(root.field("function")).at(-1) : "";
  return name === "sql_query" || (links[at]?.args.some(({ text }) => /\bOrdering::/.test(text)) ?? false);
}

type Link = Chain["links"][number];

class Statement {
  private readonly values = new Values();
  private readonly expressions: DieselExpressions;

  constructor(private readonly names: DieselNames) {
    this.expressions = new DieselExpressions(names, this.values);
  }

  tell({ root, links }: Chain, sent: Link): string {
    const name = root.type === "call_expression" ? pathOf(root.field("function")).at(-1) : undefined;
    const [target] = name === undefined ? [] : argumentsOf(root);
    if (name === "insert_into" && target) return this.insert(this.tableOf(target), links, sent);
    if (name === "update" && target) return this.update(target, links, sent);
    if (name === "delete" && target) return this.remove(target, links, sent);
    const table = this.names.table(root);
    if (!table || sent.method === "execute") throw new UnknownSql(root);
    const select = emptySelect(allColumns(table), tableText(table));
    const tables = [table];
    for (const link of links) this.selected(select, tables, link);
    if (sent.method === "first") select.limit = this.values.next();
    return selectText(select);
  }

  private tableOf(node: RustNode): DieselTable {
    const table = this.names.chainTable(node);
    if (!table) throw new UnknownSql(node);
    return table;
  }

  private selected(select: Select, tables: DieselTable[], link: Link): void {
    const { method, args, node } = link;
    const [first] = args;
    const [table] = tables as [DieselTable];
    if (method === "into_boxed") return;
    if (method === "filter" && first) select.where.push(this.expressions.condition(first));
    else if (method === "find" && first) select.where.push(this.keyed(table, first));
    else if (method === "select" && first) select.columns = this.expressions.selection(first);
    else if (method === "count") select.columns = "COUNT(*)";
    else if (/^(order|order_by|then_order_by)$/.test(method) && first) {
      if (method !== "then_order_by") select.order.length = 0;
      select.order.push(this.expressions.selection(first));
    } else if (method === "limit") select.limit = this.values.next();
    else if (method === "offset") select.offset = this.values.next();
    else if (method === "distinct") select.distinct = true;
    else if (method === "for_update") select.lock = "FOR UPDATE";
    else if (method === "group_by" && first) select.group = this.expressions.selection(first);
    else if (/^(inner|left)_join$/.test(method) && first) this.join(select, tables, method, first);
    else throw new UnknownSql(node);
  }

  private join(select: Select, tables: DieselTable[], method: string, target: RustNode): void {
    const { root, links } = chainOf(target);
    const table = this.names.table(root);
    const [on] = links;
    const [condition] = on?.args ?? [];
    if (!table || links.length > 1 || (on && on.method !== "on")) throw new UnknownSql(target);
    const by = condition
      ? this.expressions.condition(condition)
      : tables.map((each) => this.names.joined(each, table)).find((each) => each !== null);
    if (by === undefined || by === null) throw new UnknownSql(target);
    const isDefault = select.columns === tables.map(allColumns).join(", ");
    tables.push(table);
    if (isDefault) select.columns = tables.map(allColumns).join(", ");
    select.from.push(`${method === "left_join" ? "LEFT OUTER" : "INNER"} JOIN ${tableText(table)} ON ${by}`);
  }

  private keyed(table: DieselTable, value: RustNode): string {
    const inner = bare(value);
    const given = table.key.length > 1 && inner.type === "tuple_expression" ? inner.plain : [value];
    if (given.length !== table.key.length) throw new UnknownSql(value);
    return table.key
      .map((key, at) => `${tableText(table)}.${identifier(key)} = ${this.expressions.value(given[at] ?? value)}`)
      .join(" AND ");
  }

  private insert(table: DieselTable, links: readonly Link[], sent: Link): string {
    const [first, ...others] = links;
    const [given] = first?.args ?? [];
    if (first?.method === "default_values")
      return `${insertText(table, [], this.values)}${this.returning(table, others, sent)}`;
    if (first?.method !== "values" || !given) throw new UnknownSql(first?.node ?? sent.node);
    const columns = this.columnsIn(table, given);
    const text = insertText(table, columns, this.values);
    const at = others.findIndex(({ method }) => method.startsWith("on_conflict"));
    if (at < 0) return text + this.returning(table, others, sent);
    const end = others.findIndex(({ method }) => /^(do_nothing|set|on_conflict_do_nothing)$/.test(method));
    return `${text} ${this.conflict(table, others.slice(at, end + 1))}${this.returning(table, others.slice(end + 1), sent)}`;
  }

  private conflict(table: DieselTable, links: readonly Link[]): string {
    const [first, second, third] = links;
    if (first?.method === "on_conflict_do_nothing") return "ON CONFLICT DO NOTHING";
    const [target] = first?.args ?? [];
    if (!first || !target) throw new UnknownSql(first?.node ?? (links[0] as Link).node);
    const named = bare(target).type === "tuple_expression" ? bare(target).plain : [target];
    const columns = named.map((each) => {
      const column = this.names.bareColumn(bare(each));
      if (column === null) throw new UnknownSql(each);
      return identifier(column);
    });
    const on = `ON CONFLICT (${columns.join(", ")})`;
    if (second?.method === "do_nothing") return `${on} DO NOTHING`;
    const [changes] = third?.args ?? [];
    if (second?.method !== "do_update" || third?.method !== "set" || !changes) throw new UnknownSql(first.node);
    return `${on} DO UPDATE SET ${this.assignments(table, changes)}`;
  }

  /** `(a.eq(x), b.eq(y))`, or a struct whose fields are columns. */
  private columnsIn(table: DieselTable, given: RustNode): readonly string[] {
    const node = bare(given);
    const parts = node.type === "tuple_expression" ? node.plain : [node];
    return parts.flatMap((part) => {
      const { root, links } = chainOf(part);
      const [link] = links;
      const column = link?.method === "eq" && links.length === 1 ? this.names.bareColumn(root) : null;
      if (column !== null && link) {
        if (link.args.some((arg) => this.names.mentions(arg))) throw new UnknownSql(part);
        return [column];
      }
      const struct = this.names.structOf(part);
      if (!struct || this.names.tableNamed(struct.table) !== table) throw new UnknownSql(part);
      return struct.columns.map((each) => table.named[each] ?? each);
    });
  }

  private assignments(table: DieselTable, given: RustNode): string {
    const node = bare(given);
    const parts = node.type === "tuple_expression" ? node.plain : [node];
    return parts
      .flatMap((part) => {
        const { root, links } = chainOf(part);
        const [link] = links;
        const column = link?.method === "eq" && links.length === 1 ? this.names.bareColumn(root) : null;
        const [value] = link?.args ?? [];
        if (column !== null && value) return [`${identifier(column)} = ${this.expressions.operandOrValue(value)}`];
        const struct = this.names.structOf(part);
        if (!struct || this.names.tableNamed(struct.table) !== table) throw new UnknownSql(part);
        return struct.columns
          .map((each) => table.named[each] ?? each)
          .filter((each) => !table.key.includes(each))
          .map((each) => `${identifier(each)} = ${this.values.next()}`);
      })
      .join(", ");
  }

  private update(target: RustNode, links: readonly Link[], sent: Link): string {
    const where: string[] = [];
    const table = this.target(target, where);
    const at = links.findIndex(({ method }) => method === "set");
    const [changes] = links[at]?.args ?? [];
    if (!changes) throw new UnknownSql(sent.node);
    const set = this.assignments(table, changes);
    const others = this.filtered(table, [...links.slice(0, at), ...links.slice(at + 1)], where);
    return `UPDATE ${tableText(table)} SET ${set} ${whereText(where)}${this.returning(table, others, sent)}`;
  }

  private remove(target: RustNode, links: readonly Link[], sent: Link): string {
    const where: string[] = [];
    const table = this.target(target, where);
    const others = this.filtered(table, links, where);
    return `DELETE FROM ${tableText(table)} ${whereText(where)}${this.returning(table, others, sent)}`;
  }

  private target(node: RustNode, where: string[]): DieselTable {
    const { root, links } = chainOf(node);
    const table = this.names.table(root);
    if (table) {
      if (this.filtered(table, links, where).length > 0) throw new UnknownSql(node);
      return table;
    }
    // A single row is found by its key.
    const struct = links.length === 0 ? this.names.structOf(root) : null;
    const own = struct && this.names.tableNamed(struct.table);
    if (!own) throw new UnknownSql(node);
    where.push(own.key.map((key) => `${tableText(own)}.${identifier(key)} = ${this.values.next()}`).join(" AND "));
    return own;
  }

  /** Takes the conditions out of the links. */
  private filtered(table: DieselTable, links: readonly Link[], where: string[]): readonly Link[] {
    return links.filter(({ method, args: [first] }) => {
      if (method === "filter" && first) where.push(this.expressions.condition(first));
      else if (method === "find" && first) where.push(this.keyed(table, first));
      else return true;
      return false;
    });
  }

  private returning(table: DieselTable, links: readonly Link[], sent: Link): string {
    const [link, more] = links;
    const [columns] = link?.args ?? [];
    if (more || (link && link.method !== "returning")) throw new UnknownSql((more ?? (link as Link)).node);
    if (columns) return ` RETURNING ${this.expressions.selection(columns)}`;
    return sent.method === "execute" ? "" : ` RETURNING ${allColumns(table)}`;
  }
}
