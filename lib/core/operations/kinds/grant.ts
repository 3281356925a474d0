import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

/** GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, and membership of roles. */
export interface Grant extends OperationData {
  readonly kind: "grant";
  readonly change: "grant" | "revoke";
  readonly scope: "objects" | "schema" | "defaults" | "role";
  /** The parser's word in lower case: "table", "sequence", "function", "schema"; empty for roles. */
  readonly objectKind: string;
  readonly names: readonly QualifiedName[];
  readonly privileges: readonly string[];
  readonly grantees: readonly string[];
}

export const grant: OperationType<Grant> = {
  kind: "grant",
  changes: [],
  evaluates: false,
  effects() {
    return NO_EFFECTS;
  },
  inverse() {
    return impossible("what the privileges were is read from the difference of the catalogs");
  },
  requirements() {
    return [];
  },
};
