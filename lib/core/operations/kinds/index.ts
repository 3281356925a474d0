import type { OperationType } from "../operation.js";
import { type AddColumn, addColumn } from "./add-column.js";
import { type AddConstraint, addConstraint } from "./add-constraint.js";
import { type AddEnumValue, addEnumValue } from "./add-enum-value.js";
import { type AlterColumnType, alterColumnType } from "./alter-column-type.js";
import { type AlterConstraint, alterConstraint } from "./alter-constraint.js";
import { type AlterDomain, alterDomain } from "./alter-domain.js";
import { type AlterObject, alterObject } from "./alter-object.js";
import { type AttachPartition, attachPartition } from "./attach-partition.js";
import { type Comment, comment } from "./comment.js";
import { type CreateIndex, createIndex } from "./create-index.js";
import { type CreateObject, createObject } from "./create-object.js";
import { type CreateTable, createTable } from "./create-table.js";
import { type CreateTableAs, createTableAs } from "./create-table-as.js";
import { type DetachPartition, detachPartition } from "./detach-partition.js";
import { type DropColumn, dropColumn } from "./drop-column.js";
import { type DropConstraint, dropConstraint } from "./drop-constraint.js";
import { type DropIndex, dropIndex } from "./drop-index.js";
import { type DropNotNull, dropNotNull } from "./drop-not-null.js";
import { type DropObject, dropObject } from "./drop-object.js";
import { type DropTable, dropTable } from "./drop-table.js";
import { type Grant, grant } from "./grant.js";
import { type LockTable, lockTable } from "./lock-table.js";
import { type Maintain, maintain } from "./maintain.js";
import { type Opaque, opaque } from "./opaque.js";
import { type Query, query } from "./query.js";
import { type RefreshView, refreshView } from "./refresh-view.js";
import { type Reindex, reindex } from "./reindex.js";
import { type RenameColumn, renameColumn } from "./rename-column.js";
import { type RenameConstraint, renameConstraint } from "./rename-constraint.js";
import { type RenameEnumValue, renameEnumValue } from "./rename-enum-value.js";
import { type RenameObject, renameObject } from "./rename-object.js";
import { type RenameTable, renameTable } from "./rename-table.js";
import { type SessionSetting, sessionSetting } from "./session-setting.js";
import { type SetColumnOption, setColumnOption } from "./set-column-option.js";
import { type SetDefault, setDefault } from "./set-default.js";
import { type SetExpression, setExpression } from "./set-expression.js";
import { type SetIdentity, setIdentity } from "./set-identity.js";
import { type SetNotNull, setNotNull } from "./set-not-null.js";
import { type SetSchema, setSchema } from "./set-schema.js";
import { type SetTableOption, setTableOption } from "./set-table-option.js";
import { type SetTriggerState, setTriggerState } from "./set-trigger-state.js";
import { type TransactionControl, transactionControl } from "./transaction-control.js";
import { type Truncate, truncate } from "./truncate.js";
import { type ValidateConstraint, validateConstraint } from "./validate-constraint.js";
import { type WriteRows, writeRows } from "./write-rows.js";

/** One change that a statement makes, as plain data. One file of this folder per kind. Written by scripts/operation-index.mjs. */
export type Operation =
  | AddColumn
  | AddConstraint
  | AddEnumValue
  | AlterColumnType
  | AlterConstraint
  | AlterDomain
  | AlterObject
  | AttachPartition
  | Comment
  | CreateIndex
  | CreateObject
  | CreateTableAs
  | CreateTable
  | DetachPartition
  | DropColumn
  | DropConstraint
  | DropIndex
  | DropNotNull
  | DropObject
  | DropTable
  | Grant
  | LockTable
  | Maintain
  | Opaque
  | Query
  | RefreshView
  | Reindex
  | RenameColumn
  | RenameConstraint
  | RenameEnumValue
  | RenameObject
  | RenameTable
  | SessionSetting
  | SetColumnOption
  | SetDefault
  | SetExpression
  | SetIdentity
  | SetNotNull
  | SetSchema
  | SetTableOption
  | SetTriggerState
  | TransactionControl
  | Truncate
  | ValidateConstraint
  | WriteRows;

export type OperationKind = Operation["kind"];

/** The kinds that change an aspect, according to their files. */
interface Changing {
  readonly tables:
    | "add-column"
    | "add-constraint"
    | "alter-column-type"
    | "alter-domain"
    | "attach-partition"
    | "create-index"
    | "create-object"
    | "create-table-as"
    | "create-table"
    | "detach-partition"
    | "drop-column"
    | "drop-constraint"
    | "drop-index"
    | "drop-not-null"
    | "drop-table"
    | "query"
    | "refresh-view"
    | "rename-column"
    | "rename-constraint"
    | "rename-object"
    | "rename-table"
    | "set-default"
    | "set-expression"
    | "set-not-null"
    | "set-schema"
    | "set-table-option"
    | "truncate"
    | "write-rows";
  readonly names:
    | "add-column"
    | "add-constraint"
    | "create-index"
    | "create-object"
    | "create-table-as"
    | "create-table"
    | "drop-column"
    | "drop-constraint"
    | "drop-index"
    | "drop-object"
    | "drop-table"
    | "rename-column"
    | "rename-constraint"
    | "rename-object"
    | "rename-table"
    | "set-schema";
  readonly code: "alter-domain" | "alter-object" | "create-object" | "drop-object" | "rename-object" | "set-schema";
  readonly anything: "opaque";
}

/** Operations that leave these aspects unchanged: all that may remain for the default of a switch. */
export type Keeping<A extends keyof Changing> = Exclude<Operation, { readonly kind: Changing[A | "anything"] }>;

/** An operation that no place follows. */
export type Unfollowed = Extract<Operation, { readonly kind: Changing["anything"] }>;

/** The contract of every kind. */
export const OPERATION_TYPES: { readonly [K in OperationKind]: OperationType<Extract<Operation, { kind: K }>> } = {
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
