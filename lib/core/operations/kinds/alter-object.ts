import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible } from "../../undo/inverses.js";
import { keepSequences, sequenceName } from "../../undo/keep/keep-sequences.js";
import { ownedAgain } from "../../undo/owned-sequences.js";
import { findObject } from "../../undo/recreate.js";
import { sequenceOptions } from "../../undo/sequences-of.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { homeSchema, resolveTable } from "../resolve.js";
import type { OtherObjectKind } from "../shapes.js";

/** ALTER of an object that is not a table: its owner, options, version, parameters. */
export interface AlterObject extends OperationData {
  readonly kind: "alter-object";
  readonly objectKind: OtherObjectKind | "index" | "table";
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  readonly signature: string | null;
  /** What is altered, in a word or two: "owner", "options", "version". */
  readonly what: string;
}

export const alterObject: OperationType<AlterObject> = {
  kind: "alter-object",
  changes: ["code"],
  evaluates: false,
  effects(operation, before) {
    const on = operation.table ?? (HAS_LOCK.has(operation.objectKind) ? operation.name : null);
    return effects(on ? [lock(resolveTable(on, before), LOCKS["alter object on table"])] : []);
  },
  inverse(operation, before) {
    const sequence = operation.objectKind === "sequence" && operation.what === "parameters" && found(operation, before);
    if (sequence) {
      const { keep, restore } = keepSequences(operation.statement, [sequence]);
      const alter = `ALTER SEQUENCE ${sequenceName(sequence)} AS ${String(sequence.attributes.type)} ${sequenceOptions(sequence)}`;
      return { class: "lossy", statements: [alter, ...ownedAgain(sequence), ...restore], losses: [], keep };
    }
    return impossible(
      `what the ${operation.objectKind}'s ${operation.what} was is read from the difference of the catalogs`,
    );
  },
  requirements() {
    return [];
  },
};

const HAS_LOCK = new Set(["table", "view", "materialized view"]);

function found({ name }: AlterObject, before: CatalogIndex): CatalogObject | undefined {
  return findObject(before, "sequence", { schema: name.schema ?? homeSchema(before), name: name.name }, null);
}
