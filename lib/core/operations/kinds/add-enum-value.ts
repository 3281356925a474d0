import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, notThere } from "../../undo/inverses.js";
import { remadeTypes } from "../../undo/types-remade.js";
import { effects } from "../effects.js";
import { typeMeant } from "../enum-meant.js";
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
  changes: [],
  evaluates: false,
  effects() {
    return effects([]);
  },
  inverse(operation, before) {
    const type = typeMeant(operation.type, before);
    const labels = type?.attributes.labels ?? type?.attributes.values;
    if (operation.ifNotExists && Array.isArray(labels) && labels.includes(operation.value)) return exact();
    return type ? remadeTypes(type, before) : notThere("type", operation.type.name);
  },
  requirements() {
    return [];
  },
};
