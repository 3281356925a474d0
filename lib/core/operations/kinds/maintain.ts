import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, NOTHING } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

/** VACUUM, ANALYZE, CLUSTER, CHECKPOINT. */
export interface Maintain extends OperationData {
  readonly kind: "maintain";
  readonly command: "vacuum" | "vacuum full" | "analyze" | "cluster" | "checkpoint";
  /** Null for the whole database. */
  readonly table: QualifiedName | null;
}

export const maintain: OperationType<Maintain> = {
  kind: "maintain",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    const whole = operation.command === "vacuum full" || operation.command === "cluster";
    if (operation.table === null) return effects([]);
    const table = resolveTable(operation.table, before);
    return effects(operation.command === "checkpoint" ? [] : [lock(table, LOCKS[operation.command])], {
      rewrites: whole ? [table] : [],
    });
  },
  inverse({ command, table: name }, before) {
    // CLUSTER records the index that it used; without a table it uses the recorded ones.
    if (command !== "cluster" || name === null) return NOTHING;
    const table = resolveTable(name, before);
    const was = before.indexes(table).find(({ attributes }) => attributes.clustered === true);
    return exact(alterTable(table, was ? `CLUSTER ON ${identifier(was.id.name)}` : "SET WITHOUT CLUSTER"));
  },
  requirements() {
    return [];
  },
};
