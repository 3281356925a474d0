import type { AlterTableCmd, Constraint } from "libpg-query";
import { typeOf } from "../../postgres/column-type.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { as } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { columnFrom, columnsOfConstraint } from "./from-definition.js";
import { rangeKey, relationKey, schemaIn } from "./key.js";
import type { Known } from "./known.js";
import { childrenOf, commandForChild, learnAttached, learnLeftCheck } from "./learn-children.js";
import { learnConstraint } from "./learn-constraint.js";
import type { KnownTable } from "./table.js";
import { emptyTable } from "./table.js";

export function learnAlterTable(known: Known, statement: LintStatement): void {
  const alter = as(statement.node, "AlterTableStmt");
  if (!alter?.relation || (alter.objtype !== undefined && alter.objtype !== "OBJECT_TABLE")) return;
  const key = rangeKey(alter.relation);
  const table = known.tables.get(key) ?? emptyTable(key, "nowhere");
  known.tables.set(key, table);
  for (const node of alter.cmds ?? []) {
    const command = as(node, "AlterTableCmd");
    if (!command) continue;
    learnCommand(known, table, command, statement);
    if (alter.relation.inh) learnOfChildren(known, table, command, statement);
  }
}

/** Without ONLY the server does it in partitions and children too. */
function learnOfChildren(known: Known, table: KnownTable, command: AlterTableCmd, statement: LintStatement): void {
  for (const child of childrenOf(known, table)) {
    const own = commandForChild(command, table, child.partitionOf === table.key);
    if (!own) continue;
    learnCommand(known, child, own, statement);
    learnOfChildren(known, child, own, statement);
  }
}

function learnCommand(known: Known, table: KnownTable, command: AlterTableCmd, statement: LintStatement): void {
  const column = command.name === undefined ? undefined : table.columns.get(command.name);
  switch (command.subtype) {
    case "AT_AddColumn":
      addColumn(known, table, command, statement);
      return;
    case "AT_DropColumn":
      if (command.behavior === "DROP_CASCADE") {
        known.dependents.cascade(table.key, command.name ?? "");
        forgetForeignKeys(known, table.key);
      }
      dropColumn(known, table, command.name ?? "");
      return;
    case "AT_SetNotNull":
      setNotNull(table, command.name ?? "", true, statement);
      return;
    case "AT_DropNotNull":
      setNotNull(table, command.name ?? "", false, statement);
      return;
    case "AT_DropExpression":
      known.dependents.drop("generated column", command.name ?? "", table.key);
      if (column) column.givenBy = null;
      return;
    case "AT_AddIdentity":
    case "AT_SetIdentity":
    case "AT_DropIdentity":
      if (column) column.givenBy = null;
      return;
    case "AT_AlterColumnType":
      if (column) column.type = typeOf(as(command.def, "ColumnDef")?.typeName);
      return;
    case "AT_AddConstraint":
      addConstraint(known, table, command, statement);
      return;
    case "AT_ValidateConstraint":
      for (const item of table.constraints) if (item.name === command.name) item.validated = true;
      return;
    case "AT_DropConstraint":
      if (command.behavior === "DROP_CASCADE") forgetForeignKeys(known, table.key);
      dropConstraint(known, table, command.name ?? "", statement);
      return;
    case "AT_EnableRowSecurity":
    case "AT_DisableRowSecurity":
      table.rowSecurity = command.subtype === "AT_EnableRowSecurity";
      return;
    case "AT_AddInherit":
    case "AT_DropInherit": {
      const parent = as(command.def, "RangeVar");
      if (parent && command.subtype === "AT_AddInherit") table.parents.add(rangeKey(parent));
      else if (parent) table.parents.delete(rangeKey(parent));
      return;
    }
    case "AT_AttachPartition":
    case "AT_DetachPartition":
      movePartition(known, table, command, statement);
      return;
    default:
      return;
  }
}

function addColumn(known: Known, table: KnownTable, command: AlterTableCmd, statement: LintStatement): void {
  const definition = as(command.def, "ColumnDef");
  if (!definition || (command.missing_ok && table.columns.has(definition.colname ?? ""))) return;
  table.columns.set(definition.colname ?? "", columnFrom(definition, statement));
  for (const constraint of columnConstraints(definition)) {
    learnConstraint(known, table, constraint, definition.colname, statement);
  }
}

/** Its constraints and indexes go with it. */
function dropColumn(known: Known, table: KnownTable, name: string): void {
  table.columns.delete(name);
  known.dependents.drop("generated column", name, table.key);
  table.constraints = table.constraints.filter((item) => !item.columns.includes(name));
  for (const [key, index] of [...known.indexes.ofTable(table.key)]) {
    if (index.keys.includes(name) || index.include.includes(name)) known.indexes.delete(key);
  }
}

function setNotNull(table: KnownTable, name: string, notNull: boolean, statement: LintStatement): void {
  const column = table.columns.get(name);
  if (column) column.notNull = notNull;
  else
    table.columns.set(name, {
      name,
      type: null,
      notNull,
      givenBy: null,
      addedBy: table.origin === "nowhere" ? null : statement,
    });
}

function addConstraint(known: Known, table: KnownTable, command: AlterTableCmd, statement: LintStatement): void {
  const constraint = as(command.def, "Constraint");
  if (!constraint) return;
  if (constraint.indexname !== undefined) {
    adoptIndex(known, table, constraint, statement);
    return;
  }
  for (const item of learnConstraint(known, table, constraint, undefined, statement)) {
    if (item.type === "primary") for (const name of item.columns) setNotNull(table, name, true, statement);
  }
}

/** ADD CONSTRAINT … USING INDEX: the index takes the constraint's name. */
function adoptIndex(known: Known, table: KnownTable, constraint: Constraint, statement: LintStatement): void {
  const schema = schemaIn(table.key);
  const index = known.indexes.get(relationKey(schema, constraint.indexname ?? ""));
  const columns = index ? index.keys.flatMap((key) => key ?? []) : columnsOfConstraint(constraint, undefined);
  const name = constraint.conname ?? constraint.indexname ?? null;
  const type = constraint.contype === "CONSTR_PRIMARY" ? "primary" : "unique";
  table.constraints.push({
    name,
    type,
    columns,
    validated: true,
    expression: null,
    references: null,
    addedBy: statement,
  });
  if (type === "primary") for (const column of columns) setNotNull(table, column, true, statement);
  if (!index || name === null) return;
  known.indexes.delete(relationKey(schema, index.name));
  known.indexes.set(relationKey(schema, name), { ...index, name, constraint: name });
}

function dropConstraint(known: Known, table: KnownTable, name: string, statement: LintStatement): void {
  const dropped = table.constraints.find((constraint) => constraint.name === name);
  if (dropped?.type === "primary") known.droppedKeys.add(statement);
  table.constraints = table.constraints.filter((constraint) => constraint !== dropped);
  const key = relationKey(schemaIn(table.key), name);
  if (known.indexes.get(key)?.constraint === name) known.indexes.delete(key);
}

/** CASCADE drops those that point at what was dropped; which ones is not tracked. */
export function forgetForeignKeys(known: Known, to: string): void {
  for (const table of known.tables.values()) {
    if (!table.constraints.some(({ references }) => references === to)) continue;
    table.constraints = table.constraints.filter(({ references }) => references !== to);
  }
}

function movePartition(known: Known, table: KnownTable, command: AlterTableCmd, statement: LintStatement): void {
  const partition = as(command.def, "PartitionCmd");
  if (!partition?.name) return;
  const key = rangeKey(partition.name);
  if (command.subtype === "AT_AttachPartition") {
    table.partitions.set(key, { isDefault: partition.bound?.is_default === true });
    const attached = known.tables.get(key);
    attached?.parents.add(table.key);
    if (attached) attached.partitionOf = table.key;
    if (attached && !known.isNewTable(table, statement)) attached.inUse = true;
    if (attached) learnAttached(known, table, attached);
  } else {
    table.partitions.delete(key);
    const detached = known.tables.get(key);
    detached?.parents.delete(table.key);
    if (detached) detached.partitionOf = null;
    if (detached && partition.concurrent) learnLeftCheck(detached);
  }
}
