import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { identifier } from "../../sql/quote.js";
import { activeColumns } from "./active-model.js";
import { argumentsOf, bare, type Chain, chainOf, chainsIn } from "./chain.js";
import { functionsIn } from "./functions-in.js";
import { entityOfRow } from "./row-type.js";
import { SeaOrmConditions } from "./sea-orm-condition.js";
import { boundText, columnText, type Entities, type Entity, returnedColumns, returnedKey } from "./sea-orm-entities.js";
import { SeaOrmSelect } from "./sea-orm-select.js";
import { tableText, Values, whereText } from "./statement-text.js";
import { type BuiltQuery, sqlOrNull, UnknownSql } from "./unknown-sql.js";

type Link = Chain["links"][number];

/** What begins a query of an entity. */
const STARTS =
  /^(find|find_by_id|find_by_statement|find_related|find_linked|insert|insert_many|update|update_many|delete|delete_many|delete_by_id)$/;
/** Started from a row, and so of no entity that its own text names. */
const OF_A_ROW = /^(find_(also_|with_)?(related|linked)|load_(one|many|many_to_many))$/;
const READS = /^(all|one|count|stream|paginate)$/;
const WRITES = /^exec(_with_returning|_without_returning)?$/;
const ROW_WRITES = /^(insert|update|save|delete)$/;

/** The queries that an application's file sends through SeaORM, in SQL if the code gives all of it. */
export function seaOrmQueries(root: RustNode, entities: Entities): readonly BuiltQuery[] {
  return [...functionsIn(root)].flatMap((within) => {
    const body = within.field("body") ?? within;
    const awaited = new Set([...body.descendants()].filter(isAwait).map((node) => bare(node)));
    const chains = [...chainsIn(body), ...lonelyCalls(body)];
    return [...chains.flatMap((chain) => query(chain, { entities, within, awaited })), ...inMacros(body, entities)];
  });
}

interface Context {
  readonly entities: Entities;
  /** The function that contains the chain. */
  readonly within: RustNode;
  readonly awaited: ReadonlySet<RustNode>;
}

function isAwait({ type }: RustNode): boolean {
  return type === "await_expression";
}

/** `Entity::find()` with nothing after it is not a chain. */
function* lonelyCalls(body: RustNode): Generator<Chain> {
  const inChains = new Set([...body.descendants()].filter(({ type }) => type === "field_expression").map(held));
  for (const node of body.descendants())
    if (node.type === "call_expression" && node.field("function")?.type === "scoped_identifier" && !inChains.has(node))
      yield { root: node, links: [] };
}

/** Arguments of a macro such as `try_join!` are tokens: a query in them is noticed, but its text is not read. */
function* inMacros(body: RustNode, entities: Entities): Generator<BuiltQuery> {
  for (const node of body.descendants()) {
    if (node.type !== "macro_invocation") continue;
    for (const [, path = "", start = ""] of (node.child("token_tree")?.text ?? "").matchAll(STATIC_CALL)) {
      const owner = path.split("::");
      if (STARTS.test(start) && (owner.at(-1) === "Entity" || entities.named(owner, node))) yield { text: null, node };
    }
  }
}

/** `cake::Entity::find(` */
const STATIC_CALL = /\b(\w+(?:::\w+)*)::(\w+)\s*\(/g;

function held(node: RustNode): RustNode {
  return bare(node.field("value") ?? node);
}

function query(chain: Chain, context: Context): readonly BuiltQuery[] {
  const { root, links } = chain;
  const path = root.type === "call_expression" ? pathOf(root.field("function")) : [];
  if (path.length > 1 && STARTS.test(path.at(-1) ?? "")) return started(chain, path, context);
  const start = links.findIndex(({ method }) => OF_A_ROW.test(method));
  if (links[start]) return ofRow(chain, start, context);
  const at = links.findIndex(
    ({ method, args, node }) => ROW_WRITES.test(method) && args.length === 1 && context.awaited.has(node),
  );
  const sent = links[at];
  if (!sent) return [];
  const text = at > 0 ? null : sqlOrNull(() => new Statement(context).row(root, sent));
  return [{ text, node: sent.node }];
}

function ofRow({ root, links }: Chain, at: number, context: Context): readonly BuiltQuery[] {
  const start = links[at] as Link;
  const end = links.findIndex(({ method }, index) => index > at && READS.test(method));
  const sent = links[end];
  if (at > 0 || start.method !== "find_related" || !sent) return [{ text: null, node: start.node }];
  const text = sqlOrNull(() => new Statement(context).related(root, start, links.slice(1, end), sent));
  return [{ text, node: sent.node }];
}

function started(chain: Chain, path: readonly string[], context: Context): readonly BuiltQuery[] {
  const { root, links } = chain;
  const owner = path.slice(0, -1);
  const entity = context.entities.named(owner, root);
  const at = links.findIndex(({ method, args }) => (READS.test(method) || WRITES.test(method)) && args.length > 0);
  const sent = links[at];
  if (!entity && !/^(Entity|Self)$/.test(owner.at(-1) ?? "") && !sent) return [];
  if (!entity || !sent) return [{ text: null, node: root }];
  const text = sqlOrNull(() =>
    new Statement(context).of(entity, path.at(-1) ?? "", { root, links: links.slice(0, at) }, sent),
  );
  return [{ text, node: sent.node }];
}

class Statement {
  private readonly values = new Values();
  private readonly conditions: SeaOrmConditions;

  constructor(private readonly context: Context) {
    this.conditions = new SeaOrmConditions(context.entities, this.values);
  }

  of(entity: Entity, start: string, { root, links }: Chain, sent: Link): string {
    const reads = READS.test(sent.method);
    const [argument] = argumentsOf(root);
    if (start === "find" && reads) return this.select(entity, [], links, sent);
    if (start === "find_by_id" && reads && argument)
      return this.select(entity, [this.keyed(entity, argument)], links, sent);
    if (reads) throw new UnknownSql(root);
    if (start === "insert" && argument) {
      const returning = sent.method === "exec_without_returning" ? "" : ` RETURNING ${this.returned(entity, sent)}`;
      return this.insert(entity, argument) + this.conflict(links) + returning;
    }
    const returning = sent.method === "exec_with_returning" ? ` RETURNING ${returnedColumns(entity)}` : "";
    if (start === "update_many") return this.updateMany(entity, links) + returning;
    if (start === "delete_many") return this.deleteFrom(entity, this.filters(links)) + returning;
    if (start === "delete_by_id" && argument && links.length === 0)
      return this.deleteFrom(entity, [this.keyed(entity, argument)]) + returning;
    throw new UnknownSql(root);
  }

  /** `model.insert(db)`, which returns all columns. */
  row(receiver: RustNode, { method, node }: Link): string {
    const row = method === "delete" ? entityOfRow(this.context.entities, this.context.within, receiver) : null;
    if (row) return this.deleteFrom(row, [this.byKey(row)]);
    const { entity, columns } = this.active(receiver);
    // It may set other columns.
    if (entity.behaviour?.has("before_save") !== false) throw new UnknownSql(node);
    if (method === "insert") return `${this.insert(entity, receiver)} RETURNING ${returnedColumns(entity)}`;
    if (method !== "update") throw new UnknownSql(node);
    const set = columns.filter((column) => !entity.key.includes(column));
    if (set.length === 0 || entity.key.length === 0) throw new UnknownSql(node);
    const texts = set.map((column) => `${identifier(column)} = ${this.bound(entity, column)}`);
    return `UPDATE ${tableText(entity)} SET ${texts.join(", ")} ${whereText([this.byKey(entity)])} RETURNING ${returnedColumns(entity)}`;
  }

  private active(node: RustNode) {
    const active = activeColumns(this.context.entities, this.context.within, node);
    if (!active) throw new UnknownSql(node);
    return active;
  }

  private insert(expected: Entity, node: RustNode): string {
    const { entity, columns } = this.active(node);
    if (entity !== expected || columns.length === 0) throw new UnknownSql(node);
    const values = columns.map((column) => this.bound(entity, column));
    return `INSERT INTO ${tableText(entity)} (${columns.map(identifier).join(", ")}) VALUES (${values.join(", ")})`;
  }

  /** `on_conflict(OnConflict::column(cake::Column::Id).update_column(cake::Column::Name).to_owned())` */
  private conflict(links: readonly Link[]): string {
    const [link, more] = links;
    if (!link) return "";
    const { root, links: calls } = chainOf(link.args[0] ?? link.node);
    const path = root.type === "call_expression" ? pathOf(root.field("function")).slice(-2).join("::") : "";
    const [target] = argumentsOf(root);
    const [action, ...rest] = calls.filter(({ method }) => method !== "to_owned");
    const known = /^OnConflict::columns?$/.test(path) && rest.length === 0;
    if (link.method !== "on_conflict" || more || !known || !target || !action) throw new UnknownSql(link.node);
    const on = ` ON CONFLICT (${this.columnNames(target).join(", ")})`;
    if (action.method === "do_nothing") return `${on} DO NOTHING`;
    const [given] = action.args;
    if (!/^update_columns?$/.test(action.method) || !given) throw new UnknownSql(link.node);
    return `${on} DO UPDATE SET ${this.columnNames(given)
      .map((name) => `${name} = "excluded".${name}`)
      .join(", ")}`;
  }

  private columnNames(given: RustNode): readonly string[] {
    const node = bare(given);
    const list = node.type === "array_expression" ? node.plain : [node];
    return list.map((each) => identifier(this.conditions.columnOf(each).field.column));
  }

  private returned(entity: Entity, { method, node }: Link): string {
    if (method === "exec_with_returning") return returnedColumns(entity);
    if (entity.key.length === 0) throw new UnknownSql(node);
    return returnedKey(entity);
  }

  private bound(entity: Entity, column: string): string {
    const field = entity.fields.find((each) => each.column === column);
    return field ? boundText(field, this.values.next()) : this.values.next();
  }

  private keyed(entity: Entity, given: RustNode): string {
    const node = bare(given);
    const parts = entity.key.length > 1 && node.type === "tuple_expression" ? node.plain : [given];
    if (parts.length !== entity.key.length) throw new UnknownSql(given);
    return this.byKey(entity);
  }

  private byKey(entity: Entity): string {
    return entity.key.map((column) => `${columnText(entity, column)} = ${this.bound(entity, column)}`).join(" AND ");
  }

  private select(entity: Entity, where: readonly string[], links: readonly Link[], sent: Link): string {
    const select = this.selectOf(entity);
    for (const condition of where) select.where(condition);
    return select.text(links, sent);
  }

  private selectOf(entity: Entity): SeaOrmSelect {
    return new SeaOrmSelect(this.context.entities, this.conditions, this.values, entity);
  }

  /** `row.find_related(Slice)` with what follows it. */
  related(receiver: RustNode, start: Link, links: readonly Link[], sent: Link): string {
    const [argument] = start.args;
    const { entities, within } = this.context;
    const owner = entityOfRow(entities, within, receiver);
    const entity = argument ? entities.named(pathOf(bare(argument)), argument) : null;
    if (!owner || !entity) throw new UnknownSql(start.node);
    const select = this.selectOf(entity);
    select.belongingTo(owner, start.node);
    return select.text(links, sent);
  }

  private filters(links: readonly Link[]): readonly string[] {
    return links.map(({ method, args: [condition], node }) => {
      if (method !== "filter" || !condition) throw new UnknownSql(node);
      return this.conditions.condition(condition);
    });
  }

  private deleteFrom(entity: Entity, where: readonly string[]): string {
    return `DELETE FROM ${tableText(entity)} ${whereText(where)}`;
  }

  private updateMany(entity: Entity, links: readonly Link[]): string {
    const set = links
      .filter(({ method }) => method === "col_expr" || method === "set")
      .flatMap(({ method, args: [first, second], node }) => {
        if (method === "set" && first) {
          const active = this.active(first);
          if (active.entity !== entity) throw new UnknownSql(node);
          return active.columns.map((column) => `${identifier(column)} = ${this.bound(entity, column)}`);
        }
        if (!first || !second) throw new UnknownSql(node);
        const { field } = this.conditions.columnOf(first);
        return [`${identifier(field.column)} = ${this.assigned(second)}`];
      });
    const where = this.filters(links.filter(({ method }) => method !== "col_expr" && method !== "set"));
    const [last] = links;
    if (set.length === 0 && last) throw new UnknownSql(last.node);
    return `UPDATE ${tableText(entity)} SET ${set.join(", ")} ${whereText(where)}`;
  }

  /** `Expr::value(x)`, which SeaORM binds unchanged. */
  private assigned(node: RustNode): string {
    const inner = bare(node);
    const path = inner.type === "call_expression" ? pathOf(inner.field("function")).slice(-2).join("::") : "";
    const [argument] = argumentsOf(inner);
    if ((path !== "Expr::value" && path !== "Expr::val") || !argument || this.context.entities.mentions(argument))
      throw new UnknownSql(node);
    return this.values.next();
  }
}
