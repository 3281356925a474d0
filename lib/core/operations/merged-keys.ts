import type { QualifiedName } from "../sql/qualified-name.js";
import type { Operation } from "./kinds/index.js";
import type { ConstraintSpec, UniqueSpec } from "./shapes.js";

/**
 * The operations of one statement with the keys that the server creates for them: a key equal to an earlier one, or to the primary key, is not
 * created a second time, and gives the other its name if that has none (`transformIndexConstraints` in the server's parse_utilcmd.c).
 */
export function withMergedKeys(operations: readonly Operation[]): readonly Operation[] {
  const tables = new Map<string, UniqueSpec[]>();
  for (const operation of operations) {
    const table = tableOf(operation);
    if (!table) continue;
    const key = JSON.stringify([table.schema, table.name]);
    const own = constraintsOf(operation).filter(isKey);
    tables.set(key, [...(tables.get(key) ?? []), ...own]);
  }
  const made = new Map([...tables.values()].flatMap((keys) => [...merged(keys)]));
  const kept = (constraints: readonly ConstraintSpec[]) =>
    constraints.flatMap((constraint): ConstraintSpec[] => {
      if (!isKey(constraint)) return [constraint];
      const key = made.get(constraint);
      return key ? [key] : [];
    });
  return operations.flatMap((operation) => withConstraints(operation, kept));
}

/** Each key as the server creates it, by the key in the text that it comes from. */
function merged(keys: readonly UniqueSpec[]): ReadonlyMap<UniqueSpec, UniqueSpec> {
  const made = new Map<UniqueSpec, UniqueSpec>();
  const order = [...keys.filter(({ type }) => type === "primary key"), ...keys.filter(({ type }) => type === "unique")];
  for (const key of order) {
    const [from, earlier] = [...made].find(([, each]) => shape(each) === shape(key)) ?? [];
    if (!from || !earlier) made.set(key, key);
    else if (earlier.name === null) made.set(from, { ...earlier, name: key.name });
  }
  return made;
}

function shape({ columns, include, nullsNotDistinct, withoutOverlaps, deferrable, deferred }: UniqueSpec): string {
  return JSON.stringify([columns, include, nullsNotDistinct, withoutOverlaps, deferrable, deferred]);
}

function isKey(constraint: ConstraintSpec): constraint is UniqueSpec {
  return (constraint.type === "unique" || constraint.type === "primary key") && constraint.usingIndex === null;
}

function tableOf(operation: Operation): QualifiedName | null {
  const { kind } = operation;
  return kind === "create-table" || kind === "add-column" || kind === "add-constraint" ? operation.table : null;
}

function constraintsOf(operation: Operation): readonly ConstraintSpec[] {
  if (operation.kind === "create-table") return operation.constraints;
  if (operation.kind === "add-column") return operation.column.constraints;
  return operation.kind === "add-constraint" ? [operation.constraint] : [];
}

function withConstraints(
  operation: Operation,
  kept: (constraints: readonly ConstraintSpec[]) => readonly ConstraintSpec[],
): readonly Operation[] {
  if (operation.kind === "create-table") return [{ ...operation, constraints: kept(operation.constraints) }];
  if (operation.kind === "add-constraint") {
    return kept([operation.constraint]).map((constraint) => ({ ...operation, constraint }));
  }
  if (operation.kind !== "add-column") return [operation];
  const { column } = operation;
  return [{ ...operation, column: { ...column, constraints: kept(column.constraints) } }];
}
