import type { AddColumn } from "./add-column.js";
import type { AddConstraint } from "./add-constraint.js";
import type { AddEnumValue } from "./add-enum-value.js";
import type { AlterColumnType } from "./alter-column-type.js";
import type { AlterConstraint } from "./alter-constraint.js";
import type { AlterDomain } from "./alter-domain.js";
import type { AlterObject } from "./alter-object.js";
import type { AttachPartition } from "./attach-partition.js";
import type { Comment } from "./comment.js";
import type { CreateIndex } from "./create-index.js";
import type { CreateObject } from "./create-object.js";
import type { CreateTable } from "./create-table.js";
import type { CreateTableAs } from "./create-table-as.js";
import type { DetachPartition } from "./detach-partition.js";
import type { DropColumn } from "./drop-column.js";
import type { DropConstraint } from "./drop-constraint.js";
import type { DropIndex } from "./drop-index.js";
import type { DropNotNull } from "./drop-not-null.js";
import type { DropObject } from "./drop-object.js";
import type { DropTable } from "./drop-table.js";
import type { Grant } from "./grant.js";
import type { LockTable } from "./lock-table.js";
import type { Maintain } from "./maintain.js";
import type { Opaque } from "./opaque.js";
import type { Query } from "./query.js";
import type { RefreshView } from "./refresh-view.js";
import type { Reindex } from "./reindex.js";
import type { RenameColumn } from "./rename-column.js";
import type { RenameConstraint } from "./rename-constraint.js";
import type { RenameEnumValue } from "./rename-enum-value.js";
import type { RenameObject } from "./rename-object.js";
import type { RenameTable } from "./rename-table.js";
import type { SessionSetting } from "./session-setting.js";
import type { SetColumnOption } from "./set-column-option.js";
import type { SetDefault } from "./set-default.js";
import type { SetExpression } from "./set-expression.js";
import type { SetIdentity } from "./set-identity.js";
import type { SetNotNull } from "./set-not-null.js";
import type { SetSchema } from "./set-schema.js";
import type { SetTableOption } from "./set-table-option.js";
import type { SetTriggerState } from "./set-trigger-state.js";
import type { TransactionControl } from "./transaction-control.js";
import type { Truncate } from "./truncate.js";
import type { ValidateConstraint } from "./validate-constraint.js";
import type { WriteRows } from "./write-rows.js";

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
