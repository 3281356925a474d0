import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING, notThere } from "../../undo/inverses.js";
import { findObject } from "../../undo/recreate.js";
import { restoreDropped } from "../../undo/restore-dropped.js";
import { effects, lock } from "../effects.js";
import { catalogKind } from "../object-name.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema, resolveTable } from "../resolve.js";
import type { OtherObjectKind } from "../shapes.js";

export interface DropObject extends OperationData {
  readonly kind: "drop-object";
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  /** Argument types of a function as written; null when none were given. */
  readonly signature: string | null;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropObject: OperationType<DropObject> = {
  kind: "drop-object",
  changes: ["names", "code"],
  evaluates: false,
  effects(operation, before) {
    const on = operation.table ?? (HAS_ROWS.has(operation.objectKind) ? operation.name : null);
    return effects(on ? [lock(resolveTable(on, before), LOCKS["alter object on table"])] : []);
  },
  dropped,
  inverse(operation, before) {
    const objects = dropped(operation, before);
    if (objects.length === 0) return operation.ifExists ? NOTHING : notThere(operation.objectKind, operation.name.name);
    return restoreDropped(operation.statement, before, objects);
  },
  requirements() {
    return [];
  },
};

const HAS_ROWS = new Set(["view", "materialized view"]);

function dropped(operation: DropObject, before: CatalogIndex): readonly CatalogObject[] {
  const on = operation.table && resolveTable(operation.table, before);
  const schema = on?.schema ?? operation.name.schema;
  const kind = catalogKind(operation.objectKind);
  const { name } = operation.name;
  const found =
    before.catalog.objects.find(
      ({ kind: is, id }) => on && is === kind && id.name === name && id.schema === schema && id.table === on.name,
    ) ??
    findObject(before, kind, { schema, name }, operation.signature) ??
    findObject(before, kind, { schema: schema ?? homeSchema(before), name }, operation.signature);
  return found ? [found] : [];
}
