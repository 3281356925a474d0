import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, impossible } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import { objectSql } from "../object-name.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema, resolveTable } from "../resolve.js";
import type { OtherObjectKind } from "../shapes.js";

/** ALTER … SET SCHEMA. */
export interface SetSchema extends OperationData {
  readonly kind: "set-schema";
  readonly objectKind: OtherObjectKind | "table";
  readonly name: QualifiedName;
  readonly signature: string | null;
  readonly to: string;
}

export const setSchema: OperationType<SetSchema> = {
  kind: "set-schema",
  changes: ["tables", "names", "code"],
  evaluates: false,
  effects(operation, before) {
    const hasRows = ["table", "view", "materialized view", "foreign table"].includes(operation.objectKind);
    return effects(hasRows ? [lock(resolveTable(operation.name, before), LOCKS["alter table"])] : []);
  },
  inverse(operation, before) {
    const { objectKind, name, to, signature } = operation;
    if (objectKind === "table") {
      const was = resolveTable(name, before);
      return exact(alterTable({ schema: to, name: name.name }, `SET SCHEMA ${identifier(was.schema)}`));
    }
    const sql = objectSql({ objectKind, name: { schema: to, name: name.name }, table: null, signature }, before);
    const was = name.schema ?? homeSchema(before);
    return sql === null
      ? impossible(`a ${objectKind} has no name of its own`)
      : exact(`ALTER ${sql} SET SCHEMA ${identifier(was)}`);
  },
  requirements() {
    return [];
  },
};
