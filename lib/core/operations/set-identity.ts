import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ALTER COLUMN … ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY. */
export interface SetIdentity extends OperationData {
  readonly kind: "set-identity";
  readonly table: QualifiedName;
  readonly column: string;
  readonly change: "add" | "set" | "drop";
}
