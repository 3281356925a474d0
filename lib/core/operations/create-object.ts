import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { OtherObjectKind } from "./shapes.js";

/** CREATE, or CREATE OR REPLACE, of an object that is not a table or an index: a view, function, trigger, type, … */
export interface CreateObject extends OperationData {
  readonly kind: "create-object";
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  /** The table of a trigger, rule, policy or statistics object. */
  readonly table: QualifiedName | null;
  /** Argument types of a function as written, comma separated. */
  readonly signature: string | null;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  /** Tables that the body of a view reads, or that a trigger or policy stands on. */
  readonly reads: readonly QualifiedName[];
}
