import type { CreateStmt, CreateTableAsStmt, Node, PartitionBoundSpec, PartitionSpec, RangeVar } from "libpg-query";
import { deparse } from "../../sql/deparse.js";
import { identifier, qualified } from "../../sql/quote.js";
import { columnSpec } from "./column.js";
import { constraintSpec } from "./constraint.js";
import { dottedName, relationName } from "./names.js";
import { type Draft, NotUnderstood } from "./reader.js";
import { tablesRead } from "./tables-read.js";

export function readCreateTable(tree: CreateStmt): readonly Draft[] {
  const elements = tree.tableElts ?? [];
  const columns = elements.flatMap((node) => ("ColumnDef" in node ? [columnSpec(node.ColumnDef)] : []));
  const own = elements.flatMap((node) => ("Constraint" in node ? [constraintSpec(node.Constraint, null)] : []));
  const parents = (tree.inhRelations ?? []).flatMap((node) =>
    "RangeVar" in node ? [relationName(node.RangeVar)] : [],
  );
  const [parent] = parents;
  return [
    {
      kind: "create-table",
      table: relationName(tree.relation),
      columns,
      constraints: [...columns.flatMap((column) => column.constraints), ...own],
      like: elements.flatMap((node) =>
        "TableLikeClause" in node ? [relationName(node.TableLikeClause.relation)] : [],
      ),
      inherits: tree.partbound ? [] : parents,
      partitionOf: tree.partbound && parent ? { parent, bound: boundText(tree.partbound) } : null,
      partitionKey: partitionKey(tree.partspec),
      persistence: persistence(tree.relation),
      ifNotExists: tree.if_not_exists ?? false,
    },
  ];
}

const STRATEGIES: Readonly<Record<string, string>> = {
  PARTITION_STRATEGY_RANGE: "RANGE",
  PARTITION_STRATEGY_LIST: "LIST",
  PARTITION_STRATEGY_HASH: "HASH",
};

function partitionKey(spec: PartitionSpec | undefined): string | null {
  if (!spec) return null;
  const parts = (spec.partParams ?? []).flatMap((node) => {
    if (!("PartitionElem" in node)) return [];
    const { name, expr, collation } = node.PartitionElem;
    const value = name === undefined ? `(${expr ? deparse(expr) : ""})` : identifier(name);
    if (!collation) return [value];
    const { schema, name: last } = dottedName(collation);
    return [`${value} COLLATE ${qualified(schema, last)}`];
  });
  return `${STRATEGIES[spec.strategy ?? ""] ?? spec.strategy ?? ""} (${parts.join(", ")})`;
}

/** CREATE TABLE AS and CREATE MATERIALIZED VIEW are one node to the parser. */
export function readCreateTableAs(tree: CreateTableAsStmt): readonly Draft[] {
  const name = relationName(tree.into?.rel);
  const reads = tablesRead(tree.query);
  const ifNotExists = tree.if_not_exists ?? false;
  if (tree.objtype === "OBJECT_MATVIEW") {
    const objectKind = "materialized view";
    return [
      { kind: "create-object", objectKind, name, table: null, signature: null, replace: false, ifNotExists, reads },
    ];
  }
  const withData = !tree.into?.skipData;
  return [
    { kind: "create-table-as", table: name, reads, withData, persistence: persistence(tree.into?.rel), ifNotExists },
  ];
}

export function persistence(relation: RangeVar | undefined): "p" | "u" | "t" {
  const value = relation?.relpersistence ?? "p";
  return value === "u" || value === "t" ? value : "p";
}

/** `FOR VALUES …` or `DEFAULT`. */
export function boundText(bound: PartitionBoundSpec | undefined): string {
  if (!bound) throw new NotUnderstood("a partition bound was expected");
  if (bound.is_default) return "DEFAULT";
  const list = (nodes: readonly Node[] | undefined) => (nodes ?? []).map(datum).join(", ");
  switch (bound.strategy) {
    case "h":
      return `FOR VALUES WITH (MODULUS ${bound.modulus ?? 0}, REMAINDER ${bound.remainder ?? 0})`;
    case "l":
      return `FOR VALUES IN (${list(bound.listdatums)})`;
    case "r":
      return `FOR VALUES FROM (${list(bound.lowerdatums)}) TO (${list(bound.upperdatums)})`;
    default:
      throw new NotUnderstood("a partition bound of an unknown strategy");
  }
}

/** MINVALUE and MAXVALUE come from the parser as column references. */
function datum(node: Node): string {
  const text = deparse(node);
  return /^"?(minvalue|maxvalue)"?$/i.test(text) ? text.replaceAll('"', "").toUpperCase() : text;
}
