import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { Requirement } from "../contract/contract.js";
import type { Inverse } from "../undo/inverse.js";
import { impossible, NOTHING } from "../undo/inverses.js";
import { NO_EFFECTS } from "./effects.js";
import { occurs, undecided } from "./guards/occurs.js";
import { addColumn } from "./kinds/add-column.js";
import { addConstraint } from "./kinds/add-constraint.js";
import { addEnumValue } from "./kinds/add-enum-value.js";
import { alterColumnType } from "./kinds/alter-column-type.js";
import { alterConstraint } from "./kinds/alter-constraint.js";
import { alterDomain } from "./kinds/alter-domain.js";
import { alterObject } from "./kinds/alter-object.js";
import { attachPartition } from "./kinds/attach-partition.js";
import { comment } from "./kinds/comment.js";
import { createIndex } from "./kinds/create-index.js";
import { createObject } from "./kinds/create-object.js";
import { createTable } from "./kinds/create-table.js";
import { createTableAs } from "./kinds/create-table-as.js";
import { detachPartition } from "./kinds/detach-partition.js";
import { dropColumn } from "./kinds/drop-column.js";
import { dropConstraint } from "./kinds/drop-constraint.js";
import { dropIndex } from "./kinds/drop-index.js";
import { dropNotNull } from "./kinds/drop-not-null.js";
import { dropObject } from "./kinds/drop-object.js";
import { dropTable } from "./kinds/drop-table.js";
import { grant } from "./kinds/grant.js";
import { lockTable } from "./kinds/lock-table.js";
import { maintain } from "./kinds/maintain.js";
import { opaque } from "./kinds/opaque.js";
import { query } from "./kinds/query.js";
import { refreshView } from "./kinds/refresh-view.js";
import { reindex } from "./kinds/reindex.js";
import { renameColumn } from "./kinds/rename-column.js";
import { renameConstraint } from "./kinds/rename-constraint.js";
import { renameEnumValue } from "./kinds/rename-enum-value.js";
import { renameObject } from "./kinds/rename-object.js";
import { renameTable } from "./kinds/rename-table.js";
import { sessionSetting } from "./kinds/session-setting.js";
import { setColumnOption } from "./kinds/set-column-option.js";
import { setDefault } from "./kinds/set-default.js";
import { setExpression } from "./kinds/set-expression.js";
import { setIdentity } from "./kinds/set-identity.js";
import { setNotNull } from "./kinds/set-not-null.js";
import { setSchema } from "./kinds/set-schema.js";
import { setTableOption } from "./kinds/set-table-option.js";
import { setTriggerState } from "./kinds/set-trigger-state.js";
import { transactionControl } from "./kinds/transaction-control.js";
import { truncate } from "./kinds/truncate.js";
import { validateConstraint } from "./kinds/validate-constraint.js";
import { writeRows } from "./kinds/write-rows.js";
import type { Effects, OperationType } from "./operation.js";
import type { Operation, OperationKind } from "./operations.js";

/** The contract of every kind. */
const TYPES: { readonly [K in OperationKind]: OperationType<Extract<Operation, { kind: K }>> } = {
  "add-column": addColumn,
  "add-constraint": addConstraint,
  "add-enum-value": addEnumValue,
  "alter-column-type": alterColumnType,
  "alter-constraint": alterConstraint,
  "alter-domain": alterDomain,
  "alter-object": alterObject,
  "attach-partition": attachPartition,
  comment: comment,
  "create-index": createIndex,
  "create-object": createObject,
  "create-table-as": createTableAs,
  "create-table": createTable,
  "detach-partition": detachPartition,
  "drop-column": dropColumn,
  "drop-constraint": dropConstraint,
  "drop-index": dropIndex,
  "drop-not-null": dropNotNull,
  "drop-object": dropObject,
  "drop-table": dropTable,
  grant: grant,
  "lock-table": lockTable,
  maintain: maintain,
  opaque: opaque,
  query: query,
  "refresh-view": refreshView,
  reindex: reindex,
  "rename-column": renameColumn,
  "rename-constraint": renameConstraint,
  "rename-enum-value": renameEnumValue,
  "rename-object": renameObject,
  "rename-table": renameTable,
  "session-setting": sessionSetting,
  "set-column-option": setColumnOption,
  "set-default": setDefault,
  "set-expression": setExpression,
  "set-identity": setIdentity,
  "set-not-null": setNotNull,
  "set-schema": setSchema,
  "set-table-option": setTableOption,
  "set-trigger-state": setTriggerState,
  "transaction-control": transactionControl,
  truncate: truncate,
  "validate-constraint": validateConstraint,
  "write-rows": writeRows,
};

function operationType<O extends Operation>(operation: O): OperationType<O> {
  return TYPES[operation.kind] as unknown as OperationType<O>;
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

/** The way back of one that does not take place, or of which that cannot be told; null for one that does. */
export function guarded(operation: Operation, before: CatalogIndex): Inverse | null {
  const takesPlace = operation.guards ? occurs(operation, before) : true;
  if (takesPlace === true) return null;
  return takesPlace === false ? NOTHING : impossible(undecided(operation, before));
}

/** What an operation surely drops; empty for those that drop nothing, and where it is not known whether they take place. */
export function droppedBy(operation: Operation, before: CatalogIndex): readonly CatalogObject[] {
  if (operation.guards && occurs(operation, before) !== true) return [];
  return operationType(operation).dropped?.(operation, before) ?? [];
}

/** What must hold for the operation to run, and what holds after it ran. */
export function requirementsOf(operation: Operation, before: CatalogIndex): readonly Requirement[] {
  return operationType(operation).requirements(operation, before);
}
