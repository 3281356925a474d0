import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, impossible } from "../../undo/inverses.js";
import { findObject } from "../../undo/recreate.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

export interface AddEnumValue extends OperationData {
  readonly kind: "add-enum-value";
  readonly type: QualifiedName;
  readonly value: string;
  readonly position: { readonly place: "before" | "after"; readonly neighbour: string } | null;
  readonly ifNotExists: boolean;
}

export const addEnumValue: OperationType<AddEnumValue> = {
  kind: "add-enum-value",
  effects() {
    return effects([]);
  },
  inverse(operation, before) {
    const type = findObject(before, "type", operation.type, null);
    const labels = type?.attributes.labels ?? type?.attributes.values;
    if (operation.ifNotExists && Array.isArray(labels) && labels.includes(operation.value)) return exact();
    return impossible("PostgreSQL cannot remove a value from an enum; the type must be recreated");
  },
  requirements() {
    return [];
  },
};
