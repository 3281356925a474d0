import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier, qualified } from "../../sql/quote.js";
import { exact, impossible } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import { objectSql } from "../object-name.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema, resolveTable } from "../resolve.js";
import type { OtherObjectKind } from "../shapes.js";

/** RENAME of an object that is not a table, column or constraint. */
export interface RenameObject extends OperationData {
  readonly kind: "rename-object";
  readonly objectKind: OtherObjectKind | "index";
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  readonly signature: string | null;
  readonly to: string;
}

export const renameObject: OperationType<RenameObject> = {
  kind: "rename-object",
  changes: ["tables", "names", "code"],
  evaluates: false,
  effects(operation, before) {
    if (operation.table) return effects([lock(resolveTable(operation.table, before), LOCKS["alter table"])]);
    const isView = operation.objectKind === "view" || operation.objectKind === "materialized view";
    return effects(isView ? [lock(resolveTable(operation.name, before), LOCKS["alter table"])] : []);
  },
  inverse(operation, before) {
    const { objectKind, name, signature } = operation;
    const to = `RENAME TO ${identifier(name.name)}`;
    if (objectKind === "index") {
      const was = before.indexesNamed(name.name)[0]?.id.schema;
      return exact(`ALTER INDEX ${qualified(name.schema ?? was ?? homeSchema(before), operation.to)} ${to}`);
    }
    const table = operation.table && resolveTable(operation.table, before);
    const sql = objectSql({ objectKind, name: { ...name, name: operation.to }, table, signature }, before);
    return sql === null ? impossible(`a ${objectKind} has no name of its own`) : exact(`ALTER ${sql} ${to}`);
  },
  requirements() {
    return [];
  },
};
