import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { Requirement } from "../contract/contract.js";
import type { Inverse } from "../undo/inverse.js";
import { impossible, NOTHING } from "../undo/inverses.js";
import { NO_EFFECTS } from "./effects.js";
import { occurs, undecided } from "./guards/occurs.js";
import { OPERATION_TYPES, type Operation, type Unfollowed } from "./kinds/index.js";
import type { Effects, OperationType } from "./operation.js";

function operationType<O extends Operation>(operation: O): OperationType<O> {
  return OPERATION_TYPES[operation.kind] as unknown as OperationType<O>;
}

/** Whether no place follows what it changes, so that anything may be different afterwards. */
export function isUnfollowed(operation: Operation): operation is Unfollowed {
  return OPERATION_TYPES[operation.kind].changes === "anything";
}

/** Whether it evaluates functions and expressions that its statement names. */
export function evaluates({ kind }: Operation): boolean {
  return OPERATION_TYPES[kind].evaluates;
}

/** Locks, rewrites and scans of one operation, given the schema just before it. */
export function effectsOf(operation: Operation, before: CatalogIndex): Effects {
  if (operation.guards && occurs(operation, before) === false) return NO_EFFECTS;
  return operationType(operation).effects(operation, before);
}

/** The way back of one operation, given the schema just before it. */
export function inverseOf(operation: Operation, before: CatalogIndex): Inverse {
  return guarded(operation, before) ?? operationType(operation).inverse(operation, before);
}

/** The way back of an operation that does not, or may not, take place; null for one that does. */
function guarded(operation: Operation, before: CatalogIndex): Inverse | null {
  const takesPlace = operation.guards ? occurs(operation, before) : true;
  if (takesPlace === true) return null;
  return takesPlace === false ? NOTHING : impossible(undecided(operation, before));
}

/** What an operation certainly drops; empty for one that drops nothing, or that may not take place. */
export function droppedBy(operation: Operation, before: CatalogIndex): readonly CatalogObject[] {
  if (operation.guards && occurs(operation, before) !== true) return [];
  return operationType(operation).dropped?.(operation, before) ?? [];
}

/** What must hold for the operation to run, and what holds after it ran. */
export function requirementsOf(operation: Operation, before: CatalogIndex): readonly Requirement[] {
  return operationType(operation).requirements(operation, before);
}
