import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, impossible, notThere } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** ALTER COLUMN … SET EXPRESSION AS or DROP EXPRESSION of a generated column. */
export interface SetExpression extends OperationData {
  readonly kind: "set-expression";
  readonly table: QualifiedName;
  readonly column: string;
  /** SQL text; null for DROP EXPRESSION. */
  readonly expression: string | null;
}

export const setExpression: OperationType<SetExpression> = {
  kind: "set-expression",
  changes: ["tables"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const tree = lockTree(before, table, LOCKS["alter table"]);
    const stored = before.column(table, operation.column)?.attributes.generated !== "v";
    return effects(tree, { rewrites: operation.expression !== null && stored ? tree.map((each) => each.table) : [] });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column?.attributes.generationExpression) return notThere("generated column", operation.column);
    if (operation.expression === null) {
      return impossible("PostgreSQL cannot make an existing column generated; it must be dropped and added again");
    }
    const was = column.attributes.generationExpression;
    return exact(alterTable(table, `ALTER COLUMN ${identifier(operation.column)} SET EXPRESSION AS (${was})`));
  },
  requirements(operation) {
    return [needsColumn(operation.table, operation.column, operation.statement)];
  },
};
