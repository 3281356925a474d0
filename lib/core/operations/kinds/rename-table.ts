import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

export interface RenameTable extends OperationData {
  readonly kind: "rename-table";
  readonly table: QualifiedName;
  readonly to: string;
  readonly ifExists: boolean;
}

export const renameTable: OperationType<RenameTable> = {
  kind: "rename-table",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    return effects([lock(resolveTable(operation.table, before), LOCKS["alter table"])]);
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const renamed = { schema: table.schema, name: operation.to };
    return exact(alterTable(renamed, `RENAME TO ${identifier(table.name)}`));
  },
  requirements(operation) {
    const base = { kind: "table", source: operation.statement.source } as const;
    const to = { schema: operation.table.schema, name: operation.to };
    return [
      ...(operation.ifExists ? [] : [{ ...base, table: operation.table, when: "before", present: true } as const]),
      { ...base, table: to, when: "after", present: true },
    ];
  },
};
