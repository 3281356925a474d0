import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { operationsOfText } from "../operations/index.js";
import { recreateConstraint } from "../operations/recreate.js";
import type { Statement } from "../sql/statement.js";
import { check } from "./check.js";
import { foreignKey } from "./foreign-key.js";
import type { ProbeQuery } from "./probe.js";
import { ReleaseState } from "./state/release-state.js";
import { withCalls } from "./support/with-calls.js";

/**
 * On request: rows that contradict foreign keys and CHECK constraints which are there, valid or not. They come from loads
 * under `session_replication_role`, from logical replicas and from NOT VALID, and a cascade over them is silent. The
 * parser must be loaded.
 */
export function probeExistingConstraints(before: Catalog): readonly ProbeQuery[] {
  const state = ReleaseState.initial(new CatalogIndex(before));
  return before.objects.flatMap((object) => {
    if (object.kind !== "constraint" || object.attributes.ofParent === true || !object.attributes.enforced) return [];
    if (object.attributes.type !== "f" && object.attributes.type !== "c") return [];
    const sql = recreateConstraint(object).replace(/ NOT VALID$/, "");
    const statement: Statement = { index: 0, sql, source: { file: "catalog", line: 1, column: 1 } };
    return operationsOfText(statement).flatMap((operation) =>
      [foreignKey, check]
        .flatMap((probe) => probe.derive(operation, { before: state, after: state }))
        .map((draft) => withCalls({ ...draft, code: draft.code.replace("probe.", "probe.existing-") })),
    );
  });
}
