import { sameTable } from "../../catalog/tables.js";
import type { AlterColumnType, Operation } from "../../operations/index.js";
import { keepsHeap, parseType } from "../../postgres/type-change.js";
import type { Moment } from "../probe.js";
import { constraintsOn, type EnforcedConstraint } from "../state/constraints.js";
import { columnOf, type TableState } from "../state/table-state.js";
import { columnsNamed } from "./columns-named.js";
import { baseType } from "./domains.js";

/**
 * Constraints and unique indexes that the server checks again because of an operation, as the statements that would create them then: those over a
 * column whose values are converted, and the parent's that a new partition takes over.
 */
export function reverified(operation: Operation, moment: Moment): readonly EnforcedConstraint[] {
  const found = touched(operation, moment);
  return found.map((each) => ({ ...each, statement: operation.statement }));
}

function touched(operation: Operation, { before, after }: Moment): readonly EnforcedConstraint[] {
  if (operation.kind === "attach-partition") {
    const parent = operation.of === "table" ? before.table(operation.parent) : undefined;
    const partition = before.table(operation.partition);
    return parent && partition ? takenOver(before, parent, partition) : [];
  }
  if (operation.kind !== "alter-column-type" && operation.kind !== "set-expression") return [];
  const table = after.table(operation.table);
  if (!table || (operation.kind === "alter-column-type" && keepsValues(operation, before))) return [];
  if (operation.kind === "set-expression" && operation.expression === null) return [];
  const own = constraintsOn(after, table).filter((each) => columnsOf(each, table).includes(operation.column));
  return [...own, ...pointing(after, table, operation.column)];
}

/** A partition must already have the checks; NOT NULL too. */
function takenOver(before: Moment["before"], parent: TableState, partition: TableState): readonly EnforcedConstraint[] {
  const there = new Set(constraintsOn(before, partition).map(fingerprint));
  return constraintsOn(before, parent)
    .filter((each) => each.kind === "create-index" || each.constraint.type !== "check")
    .filter((each) => !there.has(fingerprint(each)))
    .map((each) => ({ ...each, table: partition.name, ...(each.kind === "create-index" ? { name: null } : {}) }));
}

/** What distinguishes one from another, apart from the name. */
function fingerprint(enforced: EnforcedConstraint): string {
  if (enforced.kind === "create-index") return JSON.stringify([enforced.keys, enforced.predicate]);
  return JSON.stringify({ ...enforced.constraint, name: null });
}

/** Foreign keys of other tables, and of itself, that point at a column. */
function pointing(after: Moment["after"], table: TableState, column: string): readonly EnforcedConstraint[] {
  return after
    .all()
    .filter(
      ({ origin, constraints: changed }) => changed !== null || (origin !== null && pointsAt(after, origin, table)),
    )
    .flatMap((child) => constraintsOn(after, child))
    .filter((each) => {
      if (each.kind !== "add-constraint" || each.constraint.type !== "foreign key") return false;
      const { references, referencedColumns } = each.constraint;
      const target = after.table(references);
      const columns = referencedColumns.length > 0 ? referencedColumns : (target?.key ?? []);
      return target !== undefined && sameTable(target.name, table.name) && columns.includes(column);
    });
}

function pointsAt(after: Moment["after"], child: NonNullable<TableState["origin"]>, { origin }: TableState): boolean {
  return (
    origin !== null &&
    after.catalog.referencedBy(origin).some(({ id }) => id.schema === child.schema && id.table === child.name)
  );
}

function columnsOf(each: EnforcedConstraint, table: TableState): readonly string[] {
  if (each.kind === "create-index") {
    return columnsNamed(table, [...each.keys.map((key) => key.expression), each.predicate ?? ""]);
  }
  const { constraint } = each;
  switch (constraint.type) {
    case "check":
      return columnsNamed(table, [constraint.expression]);
    case "exclusion":
      return columnsNamed(table, [
        ...constraint.elements.map(({ expression }) => expression),
        constraint.predicate ?? "",
      ]);
    case "not null":
      return [constraint.column];
    default:
      return constraint.columns;
  }
}

const INTEGERS = ["smallint", "integer", "bigint"];

/** True where the server compares the new values as it compared the old ones. */
function keepsValues(operation: AlterColumnType, before: Moment["before"]): boolean {
  const table = before.table(operation.table);
  const column = table && columnOf(table, operation.column);
  if (!column || operation.using !== null || column.collation !== operation.collation) return false;
  const [from, to] = [baseType(column.type, before), baseType(operation.type, before)];
  const rank = (type: string) => INTEGERS.indexOf(parseType(type)?.base ?? "");
  return keepsHeap(from, to) || (rank(from) >= 0 && rank(to) >= rank(from));
}
