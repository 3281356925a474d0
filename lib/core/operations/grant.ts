import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

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
