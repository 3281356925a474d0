import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { bare, type Chain, chainOf } from "./chain.js";
import type { SeaOrmConditions } from "./sea-orm-condition.js";
import { columnText, type Entities, type Entity, everyColumn, selectedText } from "./sea-orm-entities.js";
import type { Join } from "./sea-orm-relations.js";
import { emptySelect, type Select, selectText, tableText, type Values } from "./statement-text.js";
import { UnknownSql } from "./unknown-sql.js";

type Link = Chain["links"][number];

const JOINS: Readonly<Record<string, string>> = {
  inner_join: "INNER JOIN",
  left_join: "LEFT JOIN",
  right_join: "RIGHT JOIN",
};
const JOIN_TYPES: Readonly<Record<string, string>> = {
  InnerJoin: "INNER JOIN",
  LeftJoin: "LEFT JOIN",
  RightJoin: "RIGHT JOIN",
  Join: "JOIN",
};
const AGGREGATES = /^(max|min|sum|count)$/;

/** A SELECT of SeaORM as its calls collect it. Throws `UnknownSql`. */
export class SeaOrmSelect {
  private readonly select: Select;
  /** What `select_only` has begun. */
  private only: string[] | null = null;
  private joined: boolean = false;

  constructor(
    private readonly entities: Entities,
    private readonly conditions: SeaOrmConditions,
    private readonly values: Values,
    private readonly entity: Entity,
  ) {
    this.select = emptySelect(everyColumn(entity), tableText(entity));
  }

  where(condition: string): void {
    this.select.where.push(condition);
  }

  /** The rows of an entity that belong to one of another: `row.find_related(Slice)`. */
  belongingTo(owner: Entity, node: RustNode): void {
    const joins = this.entities.relations.between(owner, this.entity);
    if (!joins) throw new UnknownSql(node);
    for (const { from, pairs, to } of joins.toReversed())
      this.select.from.push(`INNER JOIN ${tableText(from)} ON ${joinCondition({ from, pairs, to })}`);
    this.where(owner.key.map((column) => `${columnText(owner, column)} = ${this.values.next()}`).join(" AND "));
  }

  text(links: readonly Link[], sent: Link): string {
    for (const link of links) this.add(link);
    if (this.only?.length === 0) throw new UnknownSql(sent.node);
    if (this.only) this.select.columns = this.only.join(", ");
    if (sent.method === "count") {
      const counted = selectText({ ...this.select, order: [], limit: null, offset: null });
      return `SELECT COUNT(*) AS num_items FROM (${counted}) AS sub_query`;
    }
    if (sent.method === "one") this.select.limit = this.values.next();
    if (sent.method === "paginate") [this.select.limit, this.select.offset] = [this.values.next(), this.values.next()];
    return selectText(this.select);
  }

  private add(link: Link): void {
    const { method, args, node } = link;
    const [first, second] = args;
    const { select } = this;
    if (method === "filter" && first) this.where(this.conditions.condition(first));
    else if (method === "group_by" && first)
      select.group = [select.group, this.columnText(first)].filter(Boolean).join(", ");
    else if (method === "limit" && first) select.limit = this.bounded(first);
    else if (method === "offset" && first) select.offset = this.bounded(first);
    else if (method === "distinct") select.distinct = true;
    else if (method === "lock_exclusive") select.lock = "FOR UPDATE";
    else if (method === "lock_shared") select.lock = "FOR SHARE";
    else if (method.startsWith("order_by")) this.order(link);
    else if (/^(select_only|columns?|column_as)$/.test(method)) this.column(link);
    else if (JOINS[method] && first) this.join(JOINS[method], this.related(first, node));
    else if (method === "join" && first && second) this.joinBy(first, second, node);
    else if (/^find_(also|with)_related$/.test(method) && first) this.pair(method, first, node);
    // The type into which the program reads the rows is not part of the query.
    else if (!(this.only ? /^into_(tuple|model|json|values)$/ : /^into_json$/).test(method)) throw new UnknownSql(node);
  }

  private order({ method, args: [first, second], node }: Link): void {
    const direction = /^order_by_(asc|desc)$/.exec(method)?.[1] ?? /\bOrder::(Asc|Desc)$/.exec(second?.text ?? "")?.[1];
    if (!first || direction === undefined) throw new UnknownSql(node);
    this.select.order.push(`${this.columnText(first)} ${direction.toUpperCase()}`);
  }

  private column({ method, args: [first, second], node }: Link): void {
    if (method === "select_only") {
      this.only = [];
      return;
    }
    if (!first || !this.only) throw new UnknownSql(node);
    if (method === "column") this.only.push(this.selection(first));
    else if (method === "column_as") {
      const alias = /^"(\w+)"$/.exec(second?.text ?? "")?.[1];
      if (alias === undefined) throw new UnknownSql(node);
      this.only.push(`${this.computed(first)} AS ${identifier(alias)}`);
    } else {
      const list = bare(first);
      if (list.type !== "array_expression") throw new UnknownSql(node);
      this.only.push(...list.plain.map((each) => this.selection(each)));
    }
  }

  /** `Column::Id.max()`, or a column by itself if SeaORM does not cast it. */
  private computed(node: RustNode): string {
    const { root, links } = chainOf(node);
    const [link, more] = links;
    const { text, field } = this.conditions.columnOf(root);
    if (!link && field.selectAs === null) return text;
    if (!link || more || !AGGREGATES.test(link.method) || link.args.length > 0) throw new UnknownSql(node);
    return `${link.method.toUpperCase()}(${text})`;
  }

  private related(node: RustNode, at: RustNode): readonly Join[] {
    const other = this.entities.named(pathOf(bare(node)), node);
    const joins = other && this.entities.relations.between(this.entity, other);
    if (!joins) throw new UnknownSql(at);
    return joins;
  }

  private join(kind: string, joins: readonly Join[]): void {
    for (const join of joins) this.select.from.push(`${kind} ${tableText(join.to)} ON ${joinCondition(join)}`);
    this.joined = true;
  }

  /** `join(JoinType::LeftJoin, cake::Relation::Slice.def())` */
  private joinBy(type: RustNode, relation: RustNode, node: RustNode): void {
    const kind = JOIN_TYPES[/\bJoinType::(\w+)$/.exec(type.text)?.[1] ?? ""];
    const join = this.entities.relations.defined(relation.text, relation);
    if (kind === undefined || !join || join.from === join.to) throw new UnknownSql(node);
    this.join(kind, [join]);
  }

  /** Columns of both entities, with names that tell them apart. */
  private pair(method: string, first: RustNode, node: RustNode): void {
    const joins = this.related(first, node);
    const other = joins.at(-1)?.to;
    if (!other || this.only || this.joined) throw new UnknownSql(node);
    this.join("LEFT JOIN", joins);
    const named = (entity: Entity, letter: string) =>
      entity.fields.map((field) => `${selectedText(entity, field)} AS ${identifier(`${letter}_${field.column}`)}`);
    this.select.columns = [...named(this.entity, "A"), ...named(other, "B")].join(", ");
    if (method === "find_with_related")
      this.select.order.push(...this.entity.key.map((column) => `${columnText(this.entity, column)} ASC`));
  }

  private bounded(node: RustNode): string | null {
    return bare(node).text === "None" ? null : this.values.next();
  }

  private selection(node: RustNode): string {
    const { entity, field } = this.conditions.columnOf(node);
    return selectedText(entity, field);
  }

  private columnText(node: RustNode): string {
    return this.conditions.columnOf(node).text;
  }
}

function joinCondition({ from, to, pairs }: Join): string {
  return pairs.map(([a, b]) => `${columnText(from, a.column)} = ${columnText(to, b.column)}`).join(" AND ");
}
