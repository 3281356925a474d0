import type { AddColumn } from "./kinds/add-column.js";
import type { AddConstraint } from "./kinds/add-constraint.js";
import type { AddEnumValue } from "./kinds/add-enum-value.js";
import type { AlterColumnType } from "./kinds/alter-column-type.js";
import type { AlterConstraint } from "./kinds/alter-constraint.js";
import type { AlterDomain } from "./kinds/alter-domain.js";
import type { AlterObject } from "./kinds/alter-object.js";
import type { AttachPartition } from "./kinds/attach-partition.js";
import type { Comment } from "./kinds/comment.js";
import type { CreateIndex } from "./kinds/create-index.js";
import type { CreateObject } from "./kinds/create-object.js";
import type { CreateTable } from "./kinds/create-table.js";
import type { CreateTableAs } from "./kinds/create-table-as.js";
import type { DetachPartition } from "./kinds/detach-partition.js";
import type { DropColumn } from "./kinds/drop-column.js";
import type { DropConstraint } from "./kinds/drop-constraint.js";
import type { DropIndex } from "./kinds/drop-index.js";
import type { DropNotNull } from "./kinds/drop-not-null.js";
import type { DropObject } from "./kinds/drop-object.js";
import type { DropTable } from "./kinds/drop-table.js";
import type { Grant } from "./kinds/grant.js";
import type { LockTable } from "./kinds/lock-table.js";
import type { Maintain } from "./kinds/maintain.js";
import type { Opaque } from "./kinds/opaque.js";
import type { Query } from "./kinds/query.js";
import type { RefreshView } from "./kinds/refresh-view.js";
import type { Reindex } from "./kinds/reindex.js";
import type { RenameColumn } from "./kinds/rename-column.js";
import type { RenameConstraint } from "./kinds/rename-constraint.js";
import type { RenameEnumValue } from "./kinds/rename-enum-value.js";
import type { RenameObject } from "./kinds/rename-object.js";
import type { RenameTable } from "./kinds/rename-table.js";
import type { SessionSetting } from "./kinds/session-setting.js";
import type { SetColumnOption } from "./kinds/set-column-option.js";
import type { SetDefault } from "./kinds/set-default.js";
import type { SetExpression } from "./kinds/set-expression.js";
import type { SetIdentity } from "./kinds/set-identity.js";
import type { SetNotNull } from "./kinds/set-not-null.js";
import type { SetSchema } from "./kinds/set-schema.js";
import type { SetTableOption } from "./kinds/set-table-option.js";
import type { SetTriggerState } from "./kinds/set-trigger-state.js";
import type { TransactionControl } from "./kinds/transaction-control.js";
import type { Truncate } from "./kinds/truncate.js";
import type { ValidateConstraint } from "./kinds/validate-constraint.js";
import type { WriteRows } from "./kinds/write-rows.js";

/** One change that a statement makes, as plain data. One file of this folder per kind. */
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
  | CreateTable
  | CreateTableAs
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
