import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING, notThere } from "../../undo/inverses.js";
import { restoreDropped } from "../../undo/restore-dropped.js";
import { effects, lock } from "../effects.js";
import { findIndex } from "../find-index.js";
import type { OperationData, OperationType } from "../operation.js";

export interface DropIndex extends OperationData {
  readonly kind: "drop-index";
  readonly index: QualifiedName;
  readonly concurrently: boolean;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropIndex: OperationType<DropIndex> = {
  kind: "drop-index",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const index = findIndex(operation.index, before);
    const table = { schema: index?.id.schema ?? "", name: index?.id.table ?? "" };
    const mode = operation.concurrently ? LOCKS["drop index concurrently"] : LOCKS["drop index"];
    return effects(index ? [lock(table, mode)] : []);
  },
  dropped,
  inverse(operation, before) {
    const indexes = dropped(operation, before);
    if (indexes.length === 0) return operation.ifExists ? NOTHING : notThere("index", operation.index.name);
    return restoreDropped(operation.statement, before, indexes);
  },
  requirements(operation) {
    const base = { kind: "index", name: operation.index.name, on: [], unique: null } as const;
    const { source } = operation.statement;
    return [
      ...(operation.ifExists ? [] : [{ ...base, when: "before", present: true, source } as const]),
      { ...base, when: "after", present: false, source },
    ];
  },
};

function dropped(operation: DropIndex, before: CatalogIndex): readonly CatalogObject[] {
  const index = findIndex(operation.index, before);
  return index?.definition ? [index] : [];
}
