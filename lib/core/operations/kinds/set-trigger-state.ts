import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { triggerState } from "../../undo/trigger-state.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsTable } from "../requirements.js";
import { resolveTable } from "../resolve.js";

/** ENABLE or DISABLE of a trigger or rule. */
export interface SetTriggerState extends OperationData {
  readonly kind: "set-trigger-state";
  readonly table: QualifiedName;
  readonly of: "trigger" | "rule";
  /** Its name; null for ALL and USER, which `scope` tells apart. */
  readonly name: string | null;
  readonly scope: "one" | "all" | "user";
  readonly state: "enable" | "disable" | "always" | "replica";
}

export const setTriggerState: OperationType<SetTriggerState> = {
  kind: "set-trigger-state",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    const mode = operation.of === "rule" ? LOCKS["alter table"] : LOCKS["enable trigger"];
    return effects([lock(resolveTable(operation.table, before), mode)]);
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const found = before.catalog.objects.filter(
      ({ kind, id }) => kind === operation.of && id.schema === table.schema && id.table === table.name,
    );
    const states = (objects: readonly CatalogObject[]) =>
      objects.map(({ id, attributes }) => {
        const word = triggerState(attributes.enabled);
        return alterTable(table, `${word} ${operation.of.toUpperCase()} ${identifier(id.name)}`);
      });
    if (operation.scope === "user") return exact(...states(found));
    if (operation.scope === "all") return exact(...guardsAgain(table, before), ...states(found));
    const named = found.filter(({ id }) => id.name === operation.name);
    return named.length === 0 ? notThere(operation.of, operation.name ?? "") : exact(...states(named));
  },
  requirements(operation) {
    return [needsTable(operation.table, operation.statement)];
  },
};

/**
 * ALL includes the triggers behind foreign keys, which have no names to set them by. Where some were disabled before, as in the middle of a migration
 * that disables and enables them, they stay as they are.
 */
function guardsAgain(table: TableRef, before: CatalogIndex): readonly string[] {
  const keys = [...before.constraints(table), ...before.referencedBy(table)];
  const guarded = keys.every(({ attributes }) => attributes.triggersDisabled === undefined);
  return guarded ? [alterTable(table, "ENABLE TRIGGER ALL")] : [];
}
