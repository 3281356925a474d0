import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { operationsOfText } from "../operations/index.js";
import { Created } from "../rollback/created.js";
import type { Statement } from "../sql/statement.js";
import { check } from "./check.js";
import { dependents } from "./dependents.js";
import { domain } from "./domain.js";
import { exclusion } from "./exclusion.js";
import { foreignKey } from "./foreign-key.js";
import { newNotNullColumn } from "./new-not-null-column.js";
import { notNull } from "./not-null.js";
import { oldSnapshots } from "./old-snapshots.js";
import { partitionBound } from "./partition-bound.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { typeChange } from "./type-change.js";
import { unique } from "./unique.js";

/** Every probe, in the order in which their findings read best. */
export const PROBES: readonly Probe[] = [
  notNull,
  newNotNullColumn,
  unique,
  foreignKey,
  check,
  domain,
  typeChange,
  exclusion,
  partitionBound,
  dependents,
  oldSnapshots,
];

/**
 * What the rows of a tenant must satisfy so that the statements can run, as queries. `before` is the schema of the
 * tenant's cluster before the release; tables that the release makes itself have no rows to ask about. The parser must
 * be loaded.
 */
export function deriveProbes(statements: readonly Statement[], before: Catalog): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  const created = new Created();
  return statements.flatMap((statement) =>
    operationsOfText(statement).flatMap((operation) => {
      const covered = created.covers(operation);
      created.note(operation);
      const made = "table" in operation && operation.table !== null && created.hasTable(operation.table);
      if (operation.kind === "create-table" ? false : covered || made) return [];
      return PROBES.flatMap((probe) => probe.derive(operation, index));
    }),
  );
}
