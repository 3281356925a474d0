import type { AlterTableCmd, ColumnDef, Constraint } from "libpg-query";
import { as } from "../../sql/tree.js";
import { relationKey, schemaIn } from "./key.js";
import type { Known } from "./known.js";
import { nameOfIndex } from "./names-chosen.js";
import type { KnownConstraint, KnownIndex, KnownTable } from "./table.js";

/** Partitions and children, one level down. */
export function childrenOf(known: Known, table: KnownTable): readonly KnownTable[] {
  return [...known.tables.values()].filter(
    (child) => child !== table && (table.partitions.has(child.key) || child.parents.has(table.key)),
  );
}

/** What a command does to a child of the table that it names, as without ONLY; null where that is nothing, or not known. */
export function commandForChild(
  command: AlterTableCmd,
  parent: KnownTable,
  isPartition: boolean,
): AlterTableCmd | null {
  switch (command.subtype) {
    case "AT_SetNotNull":
    case "AT_DropNotNull":
    case "AT_AlterColumnType":
    case "AT_ValidateConstraint":
      return command;
    // A child keeps what it defines itself or has from another parent.
    case "AT_DropColumn":
    case "AT_DropConstraint":
      return isPartition ? command : null;
    case "AT_AddColumn": {
      const column = as(command.def, "ColumnDef");
      return column
        ? { ...command, missing_ok: true, def: { ColumnDef: columnForChild(column, parent, isPartition) } }
        : null;
    }
    case "AT_AddConstraint": {
      const constraint = as(command.def, "Constraint");
      const own = constraint ? constraintForChild(constraint, parent, isPartition) : null;
      return own ? { ...command, def: { Constraint: own } } : null;
    }
    default:
      return null;
  }
}

function columnForChild(column: ColumnDef, parent: KnownTable, isPartition: boolean): ColumnDef {
  const constraints = (column.constraints ?? []).flatMap((node) => {
    const constraint = as(node, "Constraint");
    const own = constraint ? constraintForChild(constraint, parent, isPartition) : null;
    return own ? [{ Constraint: own }] : [];
  });
  return { ...column, constraints };
}

/** The index of a key has a name that the server chooses for the child; what else has none is called as the parent's, which was added last. */
function constraintForChild(constraint: Constraint, parent: KnownTable, isPartition: boolean): Constraint | null {
  switch (constraint.contype) {
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_EXCLUSION": {
      const { conname: _, ...unnamed } = constraint;
      return isPartition ? unnamed : null;
    }
    case "CONSTR_FOREIGN":
      return isPartition ? { conname: lastOf(parent, "foreign"), ...constraint } : null;
    case "CONSTR_CHECK":
      return constraint.is_no_inherit ? null : { conname: lastOf(parent, "check"), ...constraint };
    default:
      return constraint.is_no_inherit ? null : constraint;
  }
}

function lastOf({ constraints }: KnownTable, type: KnownConstraint["type"]): string {
  return constraints.findLast((constraint) => constraint.type === type)?.name ?? "";
}

/** Keys and foreign keys of its parent, by whatever names. */
export function learnAttached(known: Known, parent: KnownTable, partition: KnownTable): void {
  const same = (a: KnownConstraint, b: KnownConstraint) =>
    a.type === b.type && a.references === b.references && String(a.columns) === String(b.columns);
  // The server takes what is there for the parent's.
  for (const constraint of parent.constraints)
    if (constraint.type !== "check" && !partition.constraints.some((own) => same(own, constraint)))
      partition.constraints.push({ ...constraint, name: null });
  for (const [, index] of [...known.indexes.ofTable(parent.key)]) {
    const isOwn = (own: KnownIndex) => own.unique === index.unique && String(own.keys) === String(index.keys);
    if (![...known.indexes.ofTable(partition.key)].some(([, own]) => isOwn(own)))
      learnIndexOfChild(known, index, partition);
  }
}

/** DETACH … CONCURRENTLY leaves the bound as a CHECK, unless another one says as much. */
export function learnLeftCheck(partition: KnownTable): void {
  partition.constraints.push({
    name: null,
    type: "check",
    columns: [],
    validated: true,
    expression: null,
    references: null,
    addedBy: null,
  });
}

/** An index of a partitioned table is made on each partition, and on those of each. */
export function learnIndexOfChildren(known: Known, index: KnownIndex): void {
  const table = known.tables.get(index.table);
  if (!table) return;
  for (const child of childrenOf(known, table)) {
    if (child.partitionOf !== table.key) continue;
    const own = learnIndexOfChild(known, index, child);
    learnIndexOfChildren(known, own);
  }
}

function learnIndexOfChild(known: Known, index: KnownIndex, child: KnownTable): KnownIndex {
  const indexParams = index.keys.map((name) => ({ IndexElem: name === null ? {} : { name } }));
  const own = { ...index, name: nameOfIndex({ indexParams }, child.key, known), table: child.key, constraint: null };
  known.indexes.set(relationKey(schemaIn(child.key), own.name), own);
  return own;
}
