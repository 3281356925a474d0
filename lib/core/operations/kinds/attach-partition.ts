import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { alterTable, exact, impossible, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";
import { defaultPartition } from "./create-table.js";

/** ATTACH PARTITION of a table, or of an index. */
export interface AttachPartition extends OperationData {
  readonly kind: "attach-partition";
  readonly of: "table" | "index";
  readonly parent: QualifiedName;
  readonly partition: QualifiedName;
  /** `FOR VALUES …` or `DEFAULT`; empty for an index. */
  readonly bound: string;
}

export const attachPartition: OperationType<AttachPartition> = {
  kind: "attach-partition",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    if (operation.of === "index") return effects([]);
    const parent = resolveTable(operation.parent, before);
    const partition = resolveTable(operation.partition, before);
    const byDefault = defaultPartition(parent, before);
    return effects(
      [
        lock(parent, LOCKS["attach partition"]),
        lock(partition, LOCKS["attach partition, partition"]),
        ...(byDefault ? [lock(byDefault, LOCKS["default partition"])] : []),
      ],
      { scans: byDefault ? [partition, byDefault] : [partition] },
    );
  },
  inverse(operation, before) {
    if (operation.of === "index") return impossible("an attached index cannot be detached from its parent");
    const partition = resolveTable(operation.partition, before);
    return exact(alterTable(resolveTable(operation.parent, before), `DETACH PARTITION ${sqlName(partition)}`));
  },
  requirements() {
    return [];
  },
};
