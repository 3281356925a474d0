import { type CatalogObject, TENANT_SCHEMA } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, notThere } from "../../undo/inverses.js";
import { findObject } from "../../undo/recreate.js";
import { remadeTypes } from "../../undo/types-remade.js";
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

/** Along the tenant's search path, otherwise the only type of that name. */
function typeMeant({ schema, name }: QualifiedName, before: CatalogIndex): CatalogObject | undefined {
  const along = schema === null ? [TENANT_SCHEMA, "public"] : [schema];
  const found = along.map((each) => before.get("type", { schema: each, name })).find((each) => each !== undefined);
  return found ?? findObject(before, "type", { schema, name }, null);
}
