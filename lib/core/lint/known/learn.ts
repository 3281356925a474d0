import type { CreateStmt, IndexStmt, RangeVar, RenameStmt } from "libpg-query";
import { typeOf } from "../../postgres/column-type.js";
import { as, kindOf, listItems, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { tableLocks } from "../table-locks.js";
import { columnsFrom, partitionKeyFrom, writtenConstraints } from "./from-definition.js";
import { functionFrom } from "./functions.js";
import { mayHideChanges } from "./hidden-changes.js";
import { partsKey, rangeKey, relationKey } from "./key.js";
import type { Known } from "./known.js";
import { learnAlterTable } from "./learn-alter-table.js";
import { childrenOf, learnIndexOfChildren } from "./learn-children.js";
import { learnConstraint } from "./learn-constraint.js";
import { learnDependents } from "./learn-dependents.js";
import { learnAlterDomain, learnDomain } from "./learn-domain.js";
import { forgetFunctions, learnDrop } from "./learn-drop.js";
import { nameOfIndex } from "./names-chosen.js";
import { renameConstraint, renamePart } from "./rename-part.js";
import type { KnownIndex, KnownTable } from "./table.js";
import { emptyTable } from "./table.js";

/** Records what a statement changes, so that the next one is judged against it. */
export function learn(known: Known, statement: LintStatement): void {
  const locks = tableLocks(statement.node).filter((lock) => !known.isNew(lock.table, statement));
  if (mayHideChanges(statement)) known.certain = false;
  LEARNERS[kindOf(statement.node)]?.(known, statement);
  learnDependents(known, statement.node, statement);
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
  CreateEnumStmt: (known, statement) =>
    learnType(known, statement, "enum", as(statement.node, "CreateEnumStmt")?.typeName),
  CompositeTypeStmt: learnComposite,
  CreateDomainStmt: learnDomain,
  AlterDomainStmt: learnAlterDomain,
  CreateFunctionStmt: learnFunction,
  CreatePolicyStmt: learnPolicy,
  CreateCastStmt: (known) => {
    known.ownCasts = true;
  },
  InsertStmt: learnInsert,
  AlterPublicationStmt: (known, statement) =>
    known.dependents.dropNamed("publication", as(statement.node, "AlterPublicationStmt")?.pubname ?? ""),
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
    partitionKey: partitionKeyFrom(create.partspec),
    parents: new Set((create.inhRelations ?? []).flatMap((node) => rangeKeys(as(node, "RangeVar")))),
  };
  for (const column of columnsFrom(create.tableElts, statement)) table.columns.set(column.name, column);
  known.tables.set(key, table);
  for (const { constraint, column } of writtenConstraints(create.tableElts)) {
    learnConstraint(known, table, constraint, column, statement);
  }
  if (parent) known.table(parent)?.partitions.set(key, { isDefault: create.partbound?.is_default === true });
}

function hasLike(create: CreateStmt): boolean {
  return (create.tableElts ?? []).some((element) => as(element, "TableLikeClause"));
}

function learnCreateAs(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateTableAsStmt");
  const relation = create?.into?.rel;
  if (!relation || !create.query) return;
  const key = rangeKey(relation);
  const materialized = create.objtype === "OBJECT_MATVIEW";
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
  const known_ = indexFrom(index, statement, known);
  const key = relationKey(index.relation.schemaname, known_.name);
  if (index.if_not_exists && known.indexes.has(key)) return;
  known.indexes.set(key, known_);
  if (index.relation.inh) learnIndexOfChildren(known, known_);
}

export function indexFrom(index: IndexStmt, statement: LintStatement, known: Known): KnownIndex {
  const keys = (index.indexParams ?? []).map((node) => as(node, "IndexElem")?.name ?? null);
  const table = rangeKey(index.relation as RangeVar);
  return {
    name: nameOfIndex(index, table, known),
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

function rangeKeys(relation: RangeVar | undefined): string[] {
  return relation ? [rangeKey(relation)] : [];
}

function learnRename(known: Known, statement: LintStatement): void {
  const rename = as(statement.node, "RenameStmt");
  if (rename?.renameType === "OBJECT_FUNCTION" || rename?.renameType === "OBJECT_PROCEDURE") {
    forgetFunctions(known, strings(as(rename.object, "ObjectWithArgs")?.objname));
  }
  if (rename?.renameType === "OBJECT_TYPE" || rename?.renameType === "OBJECT_DOMAIN") {
    forgetType(known, strings(listItems(rename.object)));
  }
  if (rename?.renameType === "OBJECT_PUBLICATION")
    known.dependents.dropNamed("publication", as(rename.object, "String")?.sval ?? "");
  if (!rename?.relation || rename.newname === undefined) return;
  const { newname } = rename;
  if (rename.renameType === "OBJECT_VIEW" || rename.renameType === "OBJECT_MATVIEW") {
    known.dependents.move(rangeKey(rename.relation), relationKey(rename.relation.schemaname, newname));
  }
  if (rename.renameType === "OBJECT_COLUMN") {
    known.dependents.renameColumn(rangeKey(rename.relation), rename.subname ?? "", newname);
  }
  renameObject(known, rename);
  const table = known.table(rename.relation);
  if (table) renamePart(known, table, rename);
  if (rename.renameType === "OBJECT_TABLE") {
    const key = relationKey(rename.relation.schemaname, newname);
    known.moveSize(rangeKey(rename.relation), key);
    if (table) moveTable(known, table, key);
  }
  if (rename.renameType === "OBJECT_INDEX") renameIndex(known, rename.relation, rename.newname);
}

/** Renames a policy, trigger or rule. */
function renameObject(known: Known, rename: RenameStmt): void {
  const kinds = { OBJECT_POLICY: "policy", OBJECT_TRIGGER: "trigger", OBJECT_RULE: "rule" } as const;
  const kind = kinds[rename.renameType as keyof typeof kinds];
  if (kind === undefined || !rename.relation) return;
  const dependent = known.dependents.get(kind, rename.subname ?? "", rangeKey(rename.relation));
  if (!dependent) return;
  known.dependents.drop(kind, dependent.key, dependent.on);
  known.dependents.add({ ...dependent, key: rename.newname ?? "" });
}

function renameIndex(known: Known, relation: RangeVar, to: string): void {
  const index = known.indexes.get(rangeKey(relation));
  if (!index) return;
  known.indexes.delete(rangeKey(relation));
  known.indexes.set(relationKey(relation.schemaname, to), { ...index, name: to, constraint: index.constraint && to });
  const table = known.tables.get(index.table);
  if (table && index.constraint !== null) renameConstraint(table, index.constraint, to);
}

function moveTable(known: Known, table: KnownTable, key: string): void {
  known.dependents.move(table.key, key);
  for (const other of known.tables.values()) {
    other.constraints = other.constraints.map((item) =>
      item.references === table.key ? { ...item, references: key } : item,
    );
  }
  for (const child of childrenOf(known, table)) {
    child.parents.delete(table.key);
    child.parents.add(key);
    if (child.partitionOf === table.key) child.partitionOf = key;
  }
  for (const other of known.tables.values()) {
    const part = other.partitions.get(table.key);
    if (part && other.partitions.delete(table.key)) other.partitions.set(key, part);
  }
  known.tables.delete(table.key);
  for (const [name, index] of [...known.indexes.ofTable(table.key)]) known.indexes.set(name, { ...index, table: key });
  table.key = key;
  known.tables.set(key, table);
}

function learnSchema(known: Known, statement: LintStatement): void {
  const move = as(statement.node, "AlterObjectSchemaStmt");
  if (move?.relation && (move.objectType === "OBJECT_VIEW" || move.objectType === "OBJECT_MATVIEW")) {
    known.dependents.move(rangeKey(move.relation), relationKey(move.newschema, move.relation.relname ?? ""));
  }
  if (move?.objectType === "OBJECT_TYPE" || move?.objectType === "OBJECT_DOMAIN") {
    forgetType(known, strings(listItems(move.object)));
  }
  if (move?.objectType === "OBJECT_FUNCTION" || move?.objectType === "OBJECT_PROCEDURE") {
    forgetFunctions(known, strings(as(move.object, "ObjectWithArgs")?.objname));
  }
  if (move?.objectType !== "OBJECT_TABLE" || !move.relation) return;
  const table = known.table(move.relation);
  const key = relationKey(move.newschema, move.relation.relname ?? "");
  known.moveSize(rangeKey(move.relation), key);
  if (table) moveTable(known, table, key);
}

/** Under another name or in another schema it is no longer tracked, and columns that have it keep the earlier name. */
function forgetType(known: Known, parts: readonly string[]): void {
  const key = partsKey(parts);
  known.types.delete(key);
  for (const table of known.tables.values())
    for (const column of table.columns.values())
      if (partsKey((column.type?.name ?? "").split(".")) === key) column.type = null;
}

function learnType(
  known: Known,
  statement: LintStatement,
  kind: "enum" | "composite",
  name: Parameters<typeof strings>[0],
) {
  const key = partsKey(strings(name));
  known.types.set(key, { key, kind, createdBy: statement });
}

function learnComposite(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CompositeTypeStmt");
  const key = relationKey(create?.typevar?.schemaname, create?.typevar?.relname ?? "");
  const parts = (create?.coldeflist ?? []).flatMap((node) => typeOf(as(node, "ColumnDef")?.typeName) ?? []);
  known.types.set(key, { key, kind: "composite", createdBy: statement, parts });
}

function learnFunction(known: Known, statement: LintStatement): void {
  const create = as(statement.node, "CreateFunctionStmt");
  if (!create) return;
  const overload = functionFrom(create, statement);
  // A body that replaces one that depended on columns.
  known.dependents.drop("function", overload.key);
  known.functions.set(strings(create.funcname).at(-1) ?? "", overload.volatility);
  known.overloads.set(overload.key, overload);
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
