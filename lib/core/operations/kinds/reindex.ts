import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

export interface Reindex extends OperationData {
  readonly kind: "reindex";
  readonly of: "index" | "table" | "schema" | "database" | "system";
  readonly name: QualifiedName;
  readonly concurrently: boolean;
}

export const reindex: OperationType<Reindex> = {
  kind: "reindex",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    const mode = operation.concurrently ? LOCKS["reindex concurrently"] : LOCKS.reindex;
    const table =
      operation.of === "table"
        ? resolveTable(operation.name, before)
        : before
            .indexesNamed(operation.name.name)
            .map(({ id }) => ({ schema: id.schema ?? "", name: id.table ?? "" }))[0];
    if (!table) return effects([]);
    return effects([lock(table, mode)], { scans: [table] });
  },
  inverse() {
    return NOTHING;
  },
  requirements() {
    return [];
  },
};
