import type { Catalog, CatalogObject } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { operationsOfText } from "../operations/index.js";
import type { Statement } from "../sql/statement.js";
import { recreateConstraint } from "../undo/recreate.js";
import { check } from "./check.js";
import { exclusion } from "./exclusion.js";
import { existingNotNull } from "./existing-not-null.js";
import { foreignKey } from "./foreign-key.js";
import type { ProbeQuery } from "./probe.js";
import { ReleaseState } from "./state/release-state.js";
import { withCalls } from "./support/with-calls.js";
import { unique } from "./unique.js";

const PROBES = [foreignKey, check, unique, exclusion];

/**
 * On request: rows that contradict existing constraints and unique indexes, valid or not. They come from loads under `session_replication_role`, from
 * logical replicas, from NOT VALID, and from indexes that a new collation version broke; a cascade silently skips orphans. The parser must be loaded.
 */
export function probeExistingConstraints(before: Catalog): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  const state = ReleaseState.initial(index);
  const found = before.objects.flatMap((object) => {
    const sql = wanted(object);
    if (sql === null) return [];
    const statement: Statement = { index: 0, sql, source: { file: "catalog", line: 1, column: 1 } };
    return operationsOfText(statement).flatMap((operation) =>
      PROBES.flatMap((probe) => probe.derive(operation, { before: state, after: state })).map((draft) =>
        withCalls({ ...draft, code: draft.code.replace("probe.", "probe.existing-"), existing: true }),
      ),
    );
  });
  return [...found, ...existingNotNull(index)];
}

/** The statement that would create it again: rows that would make that fail contradict the constraint. */
function wanted(object: CatalogObject): string | null {
  if (object.kind === "index") {
    const { unique, constraint, ofParent } = object.attributes;
    return unique && constraint === null && ofParent !== true ? object.definition : null;
  }
  if (object.kind !== "constraint" || object.attributes.ofParent === true || !object.attributes.enforced) return null;
  if (!["f", "c", "u", "p", "x"].includes(object.attributes.type)) return null;
  return recreateConstraint(object).replace(/ NOT VALID$/, "");
}
