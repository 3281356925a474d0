import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** CREATE TABLE … AS, SELECT … INTO. */
export interface CreateTableAs extends OperationData {
  readonly kind: "create-table-as";
  readonly table: QualifiedName;
  /** Tables that the query reads. */
  readonly reads: readonly QualifiedName[];
  readonly withData: boolean;
  readonly persistence: "p" | "u" | "t";
  readonly ifNotExists: boolean;
}
