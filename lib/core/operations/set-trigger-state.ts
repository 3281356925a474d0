import type { QualifiedName } from "../contract/contract.js";
import { identifier } from "../sql/quote.js";
import { effects, lock } from "./effects.js";
import { alterTable, exact, impossible } from "./inverses.js";
import type { OperationData, OperationType } from "./operation.js";
import { needsTable } from "./requirements.js";
import { resolveTable } from "./resolve.js";

/** ENABLE or DISABLE of a trigger or rule. */
export interface SetTriggerState extends OperationData {
  readonly kind: "set-trigger-state";
  readonly table: QualifiedName;
  readonly of: "trigger" | "rule";
  /** Its name; null for ALL, `USER` is kept in `scope`. */
  readonly name: string | null;
  readonly scope: "one" | "all" | "user";
  readonly state: "enable" | "disable" | "always" | "replica";
}

export const setTriggerState: OperationType<SetTriggerState> = {
  kind: "set-trigger-state",
  effects(operation, before) {
    const mode = operation.of === "rule" ? "AccessExclusiveLock" : "ShareRowExclusiveLock";
    return effects([lock(resolveTable(operation.table, before), mode)]);
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const trigger = before.catalog.objects.find(
      ({ kind, id }) =>
        kind === operation.of && id.name === operation.name && id.schema === table.schema && id.table === table.name,
    );
    const word = WORDS[String(trigger?.attributes.enabled ?? "")];
    if (operation.name === null || word === undefined) {
      return impossible("the states before are read from the difference of the catalogs");
    }
    return exact(alterTable(table, `${word} ${operation.of.toUpperCase()} ${identifier(operation.name)}`));
  },
  requirements(operation) {
    return [needsTable(operation.table, operation.statement)];
  },
};

const WORDS: Readonly<Record<string, string>> = { O: "ENABLE", D: "DISABLE", A: "ENABLE ALWAYS", R: "ENABLE REPLICA" };
