import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { alterTable, exact, notThere, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";
import { defaultPartition } from "./create-table.js";

export interface DetachPartition extends OperationData {
  readonly kind: "detach-partition";
  readonly parent: QualifiedName;
  readonly partition: QualifiedName;
  readonly concurrently: boolean;
  /** FINALIZE of an interrupted concurrent detach. */
  readonly finalize: boolean;
}

export const detachPartition: OperationType<DetachPartition> = {
  kind: "detach-partition",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    const parent = resolveTable(operation.parent, before);
    const byDefault = defaultPartition(parent, before);
    return effects([
      lock(parent, operation.concurrently ? LOCKS["detach partition concurrently"] : LOCKS["detach partition"]),
      lock(resolveTable(operation.partition, before), LOCKS["detach partition, partition"]),
      ...(byDefault ? [lock(byDefault, LOCKS["default partition"])] : []),
    ]);
  },
  inverse(operation, before) {
    const partition = resolveTable(operation.partition, before);
    const bound = before.table(partition)?.attributes.partitionOf?.bound;
    if (!bound) return notThere("partition", operation.partition.name);
    return exact(alterTable(resolveTable(operation.parent, before), `ATTACH PARTITION ${sqlName(partition)} ${bound}`));
  },
  requirements() {
    return [];
  },
};
