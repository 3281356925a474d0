import type { CreateStmt, IndexStmt, Node, RangeVar } from "libpg-query";
import { volatilityFrom } from "../../postgres/functions.js";
import { as, find, kindOf, listItems, option, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { tableLocks } from "../table-locks.js";
import { columnsFrom, constraintFrom } from "./from-definition.js";
import { partsKey, rangeKey, relationKey } from "./key.js";
import type { Known, KnownView } from "./known.js";
import { learnAlterTable } from "./learn-alter-table.js";
import type { KnownIndex, KnownTable } from "./table.js";
import { emptyTable } from "./table.js";

/** Takes over what a statement changes, so that the next one is judged against it. */
export function learn(known: Known, statement: LintStatement): void {
  const locks = tableLocks(statement.node).filter((lock) => !known.isNew(lock.table, statement));
  LEARNERS[kindOf(statement.node)]?.(known, statement);
  known.hold(statement, locks);
  known.pass(statement);
}

type Learner = (known: Known, statement: LintStatement) => void;

const LEARNERS: Readonly<Record<string, Learner>> = {
  CreateStmt: learnCreate,
  CreateTableAsStmt: learnCreateAs,
  AlterTableStmt: learnAlterTable,
  IndexStmt: learnIndex,
  DropStmt: learnDrop,
  RenameStmt: learnRename,
  AlterObjectSchemaStmt: learnSchema,
  ViewStmt: learnView,
  CreateEnumStmt: (known, statement) =>
    learnType(known, statement, "enum", as(statement.node, "CreateEnumStmt")?.typeName),
  CreateDomainStmt: (known, statement) =>
    learnType(known, statement, "domain", as(statement.node, "CreateDomainStmt")?.domainname),
  CreateFunctionStmt: learnFunction,
  CreatePolicyStmt: learnPolicy,
  InsertStmt: learnInsert,
};

function learnCreate(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateStmt");
  if (!create?.relation) return;
  const key = rangeKey(create.relation);
  if (create.if_not_exists && known.tables.has(key) && known.tables.get(key)?.origin !== "nowhere") return;
  const parent = create.partbound ? as(create.inhRelations?.[0], "RangeVar") : undefined;
  const table: KnownTable = {
    ...emptyTable(key, "chain"),
    createdBy: statement,
    kind: create.partspec ? "partitioned" : "table",
    temporary: create.relation.relpersistence === "t",
    complete: !parent && !(create.inhRelations?.length || create.ofTypename) && !hasLike(create),
    partitionOf: parent ? rangeKey(parent) : null,
  };
  for (const column of columnsFrom(create.tableElts, statement)) table.columns.set(column.name, column);
  table.constraints = constraintFrom(create.tableElts, statement);
  known.tables.set(key, table);
  const schema = create.relation.schemaname;
  for (const index of impliedIndexes(table)) known.indexes.set(relationKey(schema, index.name), index);
  if (parent) known.table(parent)?.partitions.set(key, { isDefault: create.partbound?.is_default === true });
}

function hasLike(create: CreateStmt): boolean {
  return (create.tableElts ?? []).some((element) => as(element, "TableLikeClause"));
}

/** The indexes that PRIMARY KEY and UNIQUE make, under the names that the server chooses. */
function impliedIndexes(table: KnownTable): KnownIndex[] {
  const bare = table.key.split(".").at(-1) ?? table.key;
  return table.constraints.flatMap((constraint) => {
    if (constraint.type !== "primary" && constraint.type !== "unique") return [];
    const name =
      constraint.name ??
      (constraint.type === "primary" ? `${bare}_pkey` : `${bare}_${constraint.columns.join("_")}_key`);
    return [
      {
        name,
        table: table.key,
        unique: true,
        method: "btree",
        keys: constraint.columns,
        include: [],
        partial: false,
        valid: true,
        constraint: name,
        addedBy: constraint.addedBy,
      },
    ];
  });
}

function learnCreateAs(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateTableAsStmt");
  const relation = create?.into?.rel;
  if (!relation || !create.query) return;
  const key = rangeKey(relation);
  const materialized = create.objtype === "OBJECT_MATVIEW";
  if (materialized) {
    known.views.set(key, viewOf(key, create.query, materialized, statement));
  }
  known.tables.set(key, {
    ...emptyTable(key, "chain"),
    createdBy: statement,
    filled: create.into?.skipData !== true,
    kind: materialized ? "materialized view" : "table",
    temporary: relation.relpersistence === "t",
  });
}

function learnIndex(known: Known, statement: LintStatement): void {
  const index = as(statement.node, "IndexStmt");
  if (!index?.relation) return;
  const known_ = indexFrom(index, statement);
  const key = relationKey(index.relation.schemaname, known_.name);
  if (index.if_not_exists && known.indexes.has(key)) return;
  known.indexes.set(key, known_);
}

export function indexFrom(index: IndexStmt, statement: LintStatement): KnownIndex {
  const keys = (index.indexParams ?? []).map((node) => as(node, "IndexElem")?.name ?? null);
  const table = rangeKey(index.relation as RangeVar);
  return {
    name: index.idxname ?? `${table.split(".").at(-1)}_${keys.map((key) => key ?? "expr").join("_")}_idx`,
    table,
    unique: index.unique === true,
    method: index.accessMethod ?? "btree",
    keys,
    include: (index.indexIncludingParams ?? []).flatMap((node) => as(node, "IndexElem")?.name ?? []),
    partial: index.whereClause !== undefined,
    valid: true,
    constraint: null,
    addedBy: statement,
  };
}

function learnDrop(known: Known, statement: LintStatement): void {
  const drop = as(statement.node, "DropStmt");
  for (const object of drop?.objects ?? []) {
    const parts = strings(listItems(object));
    const key = partsKey(parts);
    if (drop?.removeType === "OBJECT_TABLE" || drop?.removeType === "OBJECT_MATVIEW") forgetTable(known, key);
    if (drop?.removeType === "OBJECT_VIEW" || drop?.removeType === "OBJECT_MATVIEW") known.views.delete(key);
    if (drop?.removeType === "OBJECT_INDEX") known.indexes.delete(key);
    if (drop?.removeType === "OBJECT_POLICY") {
      const table = known.tables.get(partsKey(parts.slice(0, -1)));
      if (table) table.policies = Math.max(0, table.policies - 1);
    }
  }
}

function forgetTable(known: Known, key: string): void {
  const partitionOf = known.tables.get(key)?.partitionOf;
  if (partitionOf) known.tables.get(partitionOf)?.partitions.delete(key);
  known.tables.delete(key);
  for (const name of [...known.indexes.ofTable(key).keys()]) known.indexes.delete(name);
}

function learnRename(known: Known, statement: LintStatement): void {
  const rename = as(statement.node, "RenameStmt");
  if (!rename?.relation || rename.newname === undefined) return;
  const table = known.table(rename.relation);
  if (rename.renameType === "OBJECT_COLUMN" && table) renameColumn(known, table, rename.subname ?? "", rename.newname);
  if (rename.renameType === "OBJECT_TABLE" && table) {
    moveTable(known, table, relationKey(rename.relation.schemaname, rename.newname));
  }
  if (rename.renameType === "OBJECT_TABCONSTRAINT" && table) {
    const newname = rename.newname;
    table.constraints = table.constraints.map((constraint) =>
      constraint.name === rename.subname ? { ...constraint, name: newname } : constraint,
    );
  }
  if (rename.renameType === "OBJECT_INDEX") renameIndex(known, rename.relation, rename.newname);
}

function renameColumn(known: Known, table: KnownTable, from: string, to: string): void {
  const fresh = (name: string) => (name === from ? to : name);
  const column = table.columns.get(from);
  if (column) {
    table.columns.delete(from);
    table.columns.set(to, { ...column, name: to });
  }
  table.constraints = table.constraints.map((item) => ({ ...item, columns: item.columns.map(fresh) }));
  for (const [key, index] of [...known.indexes.ofTable(table.key)]) {
    const keys = index.keys.map((name) => (name === null ? null : fresh(name)));
    known.indexes.set(key, { ...index, keys, include: index.include.map(fresh) });
  }
}

function renameIndex(known: Known, relation: RangeVar, to: string): void {
  const index = known.indexes.get(rangeKey(relation));
  if (!index) return;
  known.indexes.delete(rangeKey(relation));
  known.indexes.set(relationKey(relation.schemaname, to), { ...index, name: to });
}

function moveTable(known: Known, table: KnownTable, key: string): void {
  known.tables.delete(table.key);
  for (const [name, index] of [...known.indexes.ofTable(table.key)]) known.indexes.set(name, { ...index, table: key });
  table.key = key;
  known.tables.set(key, table);
}

function learnSchema(known: Known, statement: LintStatement): void {
  const move = as(statement.node, "AlterObjectSchemaStmt");
  const table = known.table(move?.relation);
  if (move?.objectType !== "OBJECT_TABLE" || !table) return;
  moveTable(known, table, relationKey(move.newschema, move.relation?.relname ?? ""));
}

function learnView(known: Known, statement: LintStatement): void {
  const view = as(statement.node, "ViewStmt");
  if (!view?.view || !view.query) return;
  const key = rangeKey(view.view);
  known.views.set(key, viewOf(key, view.query, false, statement));
}

/** A view by its query. */
export function viewOf(key: string, query: Node, materialized: boolean, addedBy: LintStatement | null): KnownView {
  const tables = new Map<string, string[]>();
  for (const relation of find(query, "RangeVar")) {
    const table = rangeKey(relation);
    const name = relation.alias?.aliasname ?? relation.relname ?? "";
    tables.set(table, [...(tables.get(table) ?? []), name]);
  }
  const columns = find(query, "ColumnRef").map((reference) => strings(reference.fields));
  return { key, materialized, addedBy, tables, columns };
}

function learnType(
  known: Known,
  statement: LintStatement,
  kind: "enum" | "domain",
  name: Parameters<typeof strings>[0],
) {
  const key = partsKey(strings(name));
  known.types.set(key, { key, kind, createdBy: statement });
}

function learnFunction(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateFunctionStmt");
  const volatility = as(option(create?.options, "volatility")?.arg, "String")?.sval;
  known.functions.set(strings(create?.funcname).at(-1) ?? "", volatilityFrom(volatility));
}

function learnPolicy(known: Known, statement: LintStatement): void {
  const table = known.table(as(statement.node, "CreatePolicyStmt")?.table);
  if (table) table.policies += 1;
}

function learnInsert(known: Known, statement: LintStatement): void {
  const insert = as(statement.node, "InsertStmt");
  const table = known.table(insert?.relation);
  if (table && as(insert?.selectStmt, "SelectStmt")?.fromClause?.length) table.filled = true;
}
