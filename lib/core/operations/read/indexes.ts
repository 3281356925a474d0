import type { IndexStmt, Node, ReindexStmt } from "libpg-query";
import { expressionName } from "../../postgres/expression-name.js";
import { deparse } from "../../sql/deparse.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { Reindex } from "../kinds/reindex.js";
import type { IndexKey } from "../shapes.js";
import { dottedName, relationName } from "./names.js";
import { type Draft, NotUnderstood } from "./reader.js";

export function readCreateIndex(tree: IndexStmt): readonly Draft[] {
  return [
    {
      kind: "create-index",
      table: relationName(tree.relation),
      name: tree.idxname ?? null,
      unique: tree.unique ?? false,
      method: tree.accessMethod ?? "btree",
      keys: (tree.indexParams ?? []).map(indexKey),
      include: (tree.indexIncludingParams ?? []).map(indexKey),
      predicate: tree.whereClause ? deparse(tree.whereClause) : null,
      nullsNotDistinct: tree.nulls_not_distinct ?? false,
      concurrently: tree.concurrent ?? false,
      ifNotExists: tree.if_not_exists ?? false,
      only: tree.relation?.inh !== true,
    },
  ];
}

function indexKey(node: Node): IndexKey {
  if (!("IndexElem" in node)) throw new NotUnderstood("an index key was expected");
  const { name, expr, collation, opclass } = node.IndexElem;
  const dotted = (parts: readonly Node[] | undefined) => {
    if (!parts) return null;
    const { schema, name: last } = dottedName(parts);
    return qualified(schema, last);
  };
  return {
    column: name ?? null,
    name: name ?? expressionName(expr),
    expression: name !== undefined ? identifier(name) : `(${expr ? deparse(expr) : ""})`,
    collation: dotted(collation),
    operatorClass: dotted(opclass),
  };
}

const REINDEX: Readonly<Record<string, Reindex["of"]>> = {
  REINDEX_OBJECT_INDEX: "index",
  REINDEX_OBJECT_TABLE: "table",
  REINDEX_OBJECT_SCHEMA: "schema",
  REINDEX_OBJECT_DATABASE: "database",
  REINDEX_OBJECT_SYSTEM: "system",
};

export function readReindex(tree: ReindexStmt): readonly Draft[] {
  const of = REINDEX[tree.kind ?? ""];
  if (!of) throw new NotUnderstood("the effect of this form of REINDEX is not known");
  const name = tree.relation ? relationName(tree.relation) : { schema: null, name: tree.name ?? "" };
  const concurrently = (tree.params ?? []).some((node) => "DefElem" in node && node.DefElem.defname === "concurrently");
  return [{ kind: "reindex", of, name, concurrently }];
}
