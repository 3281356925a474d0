import type { CatalogIndex } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { detachIndex } from "../../undo/attached-index.js";
import type { Inverse } from "../../undo/inverse.js";
import { alterTable, exact, impossible, NOTHING, notThere, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import { findIndex } from "../find-index.js";
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
    if (operation.of === "index") return detached(operation, before);
    const partition = resolveTable(operation.partition, before);
    return exact(alterTable(resolveTable(operation.parent, before), `DETACH PARTITION ${sqlName(partition)}`));
  },
  requirements() {
    return [];
  },
};

function detached(operation: AttachPartition, before: CatalogIndex): Inverse {
  const [parent, part] = [findIndex(operation.parent, before), findIndex(operation.partition, before)];
  if (!parent || !part) return notThere("index", (parent ? operation.partition : operation.parent).name);
  if (part.attributes.attachedTo !== null) return NOTHING;
  const statements = detachIndex(parent, part, before);
  return statements ? exact(...statements) : impossible("the catalog does not tell how to build the index again");
}
