import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { isHarmless } from "../../postgres/functions.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible, NOTHING } from "../../undo/inverses.js";
import { keepSequences } from "../../undo/keep/keep-sequences.js";
import { effects, readLocks } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

/** A SELECT, VALUES, SHOW or EXPLAIN: reads, and runs the functions that it calls. */
export interface Query extends OperationData {
  readonly kind: "query";
  readonly reads: readonly QualifiedName[];
  /** Names of functions it calls, e.g. `setval`. */
  readonly functions: readonly string[];
}

export const query: OperationType<Query> = {
  kind: "query",
  changes: ["tables"],
  evaluates: true,
  effects(operation, before) {
    return effects(readLocks(operation.reads, before));
  },
  /** A called function may do anything; only what is known to be harmless counts as nothing. */
  inverse(operation, before) {
    const unknown = operation.functions.find((name) => !isHarmless(name));
    if (unknown !== undefined) return impossible(`it calls ${unknown}(), whose effect its text does not tell`);
    if (!operation.functions.includes("setval")) return NOTHING;
    const { keep, restore } = keepSequences(operation.statement, namedSequences(operation, before));
    return { class: "lossy", statements: restore, losses: [], keep };
  },
  requirements() {
    return [];
  },
};

/** To the parser, the sequence that a call sets is just text: keeps those whose name, or whose table's name, is in the statement. */
function namedSequences({ statement }: Query, before: CatalogIndex): readonly CatalogObject[] {
  return before.catalog.objects.filter(({ kind, id, attributes }) => {
    if (kind !== "sequence") return false;
    const owner = typeof attributes.ownedBy === "string" ? attributes.ownedBy.split(".").at(-2) : undefined;
    return statement.sql.includes(id.name) || (owner !== undefined && statement.sql.includes(owner));
  });
}
