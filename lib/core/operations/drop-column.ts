import type { QualifiedName } from "../contract/contract.js";
import { effects, lock } from "./effects.js";
import { NOTHING, notThere } from "./inverses.js";
import { keepColumn } from "./keep/keep-columns.js";
import type { OperationData, OperationType } from "./operation.js";
import { sequencesAgain } from "./owned-sequences.js";
import { addColumnAgain, dependentsOfColumn, finishColumn, recreateConstraints, recreateIndex } from "./recreate.js";
import { needsColumn } from "./requirements.js";
import { lockTree, resolveTable, sameTable } from "./resolve.js";

export interface DropColumn extends OperationData {
  readonly kind: "drop-column";
  readonly table: QualifiedName;
  readonly column: string;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropColumn: OperationType<DropColumn> = {
  kind: "drop-column",
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const { constraints } = dependentsOfColumn(before, table, operation.column);
    const others = constraints.flatMap(({ id, attributes }) => {
      const own = { schema: id.schema ?? "", name: id.table ?? "" };
      const { references } = attributes;
      return references && sameTable(own, table) ? [{ schema: references.schema, name: references.table }] : [own];
    });
    return effects([
      ...lockTree(before, table, "AccessExclusiveLock"),
      ...others.map((other) => lock(other, "AccessExclusiveLock")),
    ]);
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column) return operation.ifExists ? NOTHING : notThere("column", operation.column);
    const dependents = dependentsOfColumn(before, table, operation.column);
    const sequences = sequencesAgain(operation.statement, before, [table], operation.column);
    const rest = [
      ...finishColumn(before, table, column),
      ...recreateConstraints(dependents.constraints),
      ...dependents.indexes.map(recreateIndex),
      ...sequences.attach,
      ...sequences.restore,
    ];
    if (column.attributes.generated !== "") {
      return { class: "exact", statements: [...addColumnAgain(table, column), ...rest] };
    }
    const { kept, restore } = keepColumn(operation.statement, before, table, column);
    const name = `${table.schema}.${table.name}.${operation.column}`;
    return {
      class: "lossy",
      statements: [...sequences.create, ...addColumnAgain(table, column), ...restore, ...rest],
      losses: [{ what: "column", name, reason: "its values are gone with the column" }],
      keep: [kept, ...sequences.keep],
    };
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      ...(operation.ifExists ? [] : [needsColumn(table, column, statement)]),
      needsColumn(table, column, statement, { when: "after", present: false }),
    ];
  },
};
