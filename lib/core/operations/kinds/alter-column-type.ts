import { sameTable } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { dependentsOfColumn } from "../../undo/recreate.js";
import { convertedBack, rewritesHeap } from "../convert-back.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface AlterColumnType extends OperationData {
  readonly kind: "alter-column-type";
  readonly table: QualifiedName;
  readonly column: string;
  /** As written, in the parser's spelling. */
  readonly type: string;
  /** SQL text of USING; null for the assignment cast. */
  readonly using: string | null;
  readonly collation: string | null;
}

export const alterColumnType: OperationType<AlterColumnType> = {
  kind: "alter-column-type",
  changes: ["tables"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const tree = lockTree(before, table, LOCKS["alter table"]);
    const others = dependentsOfColumn(before, table, operation.column).constraints.flatMap(({ id, attributes }) => {
      const { references } = attributes;
      if (!references) return [];
      const own = { schema: id.schema ?? "", name: id.table ?? "" };
      return [sameTable(own, table) ? { schema: references.schema, name: references.table } : own];
    });
    const rewrites = rewritesHeap(operation, before.column(table, operation.column))
      ? tree.map((each) => each.table)
      : [];
    return effects([...tree, ...others.map((other) => lock(other, LOCKS["alter table"]))], { rewrites });
  },
  inverse(operation, before) {
    return convertedBack([operation], [], before);
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      needsColumn(table, column, statement),
      needsColumn(table, column, statement, { when: "after", type: operation.type }),
    ];
  },
};
