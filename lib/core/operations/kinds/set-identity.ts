import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { keepOwnedSequences } from "../../undo/owned-sequences.js";
import { identityAgain } from "../../undo/recreate.js";
import { sequenceSettings, sequencesOf } from "../../undo/sequences-of.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** ALTER COLUMN … ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY. */
export interface SetIdentity extends OperationData {
  readonly kind: "set-identity";
  readonly table: QualifiedName;
  readonly column: string;
  readonly change: "add" | "set" | "drop";
}

export const setIdentity: OperationType<SetIdentity> = {
  kind: "set-identity",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), LOCKS["alter table"]));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column) return notThere("column", operation.column);
    const alter = `ALTER COLUMN ${identifier(operation.column)}`;
    if (operation.change === "add") return exact(alterTable(table, `${alter} DROP IDENTITY`));
    const { keep, restore } = keepOwnedSequences(operation.statement, before, [table], operation.column);
    const again =
      operation.change === "drop"
        ? identityAgain(before, table, column)
        : alterTable(
            table,
            settings(before, table, column)
              .map((each) => `${alter} SET ${each}`)
              .join(", "),
          );
    return { class: "lossy", statements: [again, ...restore], losses: [], keep };
  },
  requirements(operation) {
    return [needsColumn(operation.table, operation.column, operation.statement)];
  },
};

function settings(before: CatalogIndex, table: TableRef, column: ColumnObject): readonly string[] {
  const word = column.attributes.identity === "a" ? "ALWAYS" : "BY DEFAULT";
  const owned = sequencesOf(before, table, column.id.name);
  return [`GENERATED ${word}`, ...owned.flatMap(({ sequence }) => sequenceSettings(sequence))];
}
