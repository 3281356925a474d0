import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

/** COMMENT ON, SECURITY LABEL. */
export interface Comment extends OperationData {
  readonly kind: "comment";
  /** The parser's word for the kind of object, in lower case: "table", "column", "function". */
  readonly objectKind: string;
  readonly name: QualifiedName;
  /** The column, constraint, trigger, rule or policy of the table `name`. */
  readonly part: string | null;
  readonly text: string | null;
}

export const comment: OperationType<Comment> = {
  kind: "comment",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    const onTable = operation.objectKind === "table" || operation.part !== null;
    return effects(onTable ? [lock(resolveTable(operation.name, before), LOCKS.comment)] : []);
  },
  inverse() {
    return impossible("what the comment was is read from the difference of the catalogs");
  },
  requirements() {
    return [];
  },
};
