import { create } from "../catalog/repair/create.js";
import type { QualifiedName } from "../contract/contract.js";
import { effects, lock } from "./effects.js";
import { exact, impossible, NOTHING, notThere } from "./inverses.js";
import { keepSequences } from "./keep/keep-sequences.js";
import { catalogKind } from "./object-name.js";
import type { OperationData, OperationType } from "./operation.js";
import { createSequence, ownedAgain } from "./owned-sequences.js";
import { findObject } from "./recreate.js";
import { homeSchema, resolveTable } from "./resolve.js";
import type { OtherObjectKind } from "./shapes.js";

export interface DropObject extends OperationData {
  readonly kind: "drop-object";
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  /** Argument types of a function as written; null when none were given. */
  readonly signature: string | null;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropObject: OperationType<DropObject> = {
  kind: "drop-object",
  effects(operation, before) {
    const on = operation.table ?? (HAS_ROWS.has(operation.objectKind) ? operation.name : null);
    return effects(on ? [lock(resolveTable(on, before), "AccessExclusiveLock")] : [], {
      transactionality: OUTSIDE.has(operation.objectKind) ? "outside" : "inside",
    });
  },
  inverse(operation, before) {
    const on = operation.table && resolveTable(operation.table, before);
    const schema = on?.schema ?? operation.name.schema;
    const kind = catalogKind(operation.objectKind);
    const name = { schema, name: operation.name.name };
    const found =
      findObject(before, kind, name, operation.signature) ??
      findObject(before, kind, { ...name, schema: schema ?? homeSchema(before) }, operation.signature);
    if (!found) return operation.ifExists ? NOTHING : notThere(operation.objectKind, operation.name.name);
    if (found.kind === "sequence") {
      const { keep, restore } = keepSequences(operation.statement, [found]);
      return {
        class: "lossy",
        statements: [createSequence(found), ...ownedAgain(found), ...restore],
        losses: [],
        keep,
      };
    }
    const made = create(found, before);
    return made === null
      ? impossible(`how the ${operation.objectKind} was made is read from the difference of the catalogs`)
      : exact(...made);
  },
  requirements() {
    return [];
  },
};

const HAS_ROWS = new Set(["view", "materialized view"]);
const OUTSIDE = new Set(["database", "tablespace", "subscription"]);
