import type { QualifiedName } from "../../sql/qualified-name.js";
import { literal, qualified } from "../../sql/quote.js";
import { exact } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema } from "../resolve.js";

export interface RenameEnumValue extends OperationData {
  readonly kind: "rename-enum-value";
  readonly type: QualifiedName;
  readonly value: string;
  readonly to: string;
}

export const renameEnumValue: OperationType<RenameEnumValue> = {
  kind: "rename-enum-value",
  changes: [],
  evaluates: false,
  effects() {
    return NO_EFFECTS;
  },
  inverse(operation, before) {
    const type = qualified(operation.type.schema ?? homeSchema(before), operation.type.name);
    return exact(`ALTER TYPE ${type} RENAME VALUE ${literal(operation.to)} TO ${literal(operation.value)}`);
  },
  requirements() {
    return [];
  },
};
