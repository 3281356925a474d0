import type { QualifiedName } from "../contract/contract.js";
import { identifier } from "../sql/quote.js";
import { effects } from "./effects.js";
import { alterTable, exact, notThere } from "./inverses.js";
import type { OperationData, OperationType } from "./operation.js";
import { needsColumn } from "./requirements.js";
import { lockTree, resolveTable } from "./resolve.js";

/** ALTER COLUMN … ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY. */
export interface SetIdentity extends OperationData {
  readonly kind: "set-identity";
  readonly table: QualifiedName;
  readonly column: string;
  readonly change: "add" | "set" | "drop";
}

export const setIdentity: OperationType<SetIdentity> = {
  kind: "set-identity",
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), "AccessExclusiveLock"));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column) return notThere("column", operation.column);
    const word = column.attributes.identity === "a" ? "ALWAYS" : "BY DEFAULT";
    const actions = {
      add: "DROP IDENTITY",
      set: `SET GENERATED ${word}`,
      drop: `ADD GENERATED ${word} AS IDENTITY`,
    } as const;
    return exact(alterTable(table, `ALTER COLUMN ${identifier(operation.column)} ${actions[operation.change]}`));
  },
  requirements(operation) {
    return [needsColumn(operation.table, operation.column, operation.statement)];
  },
};
