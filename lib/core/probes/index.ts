import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { occurs } from "../operations/guards/occurs.js";
import { isUnfollowed, type Operation, operationsOfText } from "../operations/index.js";
import type { Statement } from "../sql/statement.js";
import { check } from "./check.js";
import { dependents } from "./dependents.js";
import { domain } from "./domain.js";
import { enumValue } from "./enum-value.js";
import { exclusion } from "./exclusion.js";
import { foreignKey } from "./foreign-key.js";
import { newNotNullColumn } from "./new-not-null-column.js";
import { notNull } from "./not-null.js";
import { oldSnapshots } from "./old-snapshots.js";
import { partitionBound } from "./partition-bound.js";
import type { Probe, ProbeDraft, ProbeQuery } from "./probe.js";
import { advance } from "./state/advance.js";
import { inServerOrder } from "./state/in-server-order.js";
import { ReleaseState } from "./state/release-state.js";
import { ChangedCode } from "./support/changed-code.js";
import { ReleaseCode } from "./support/release-code.js";
import { reverified } from "./support/reverified.js";
import { withCalls } from "./support/with-calls.js";
import { typeChange } from "./type-change.js";
import { unique } from "./unique.js";
import { unreadable } from "./unreadable.js";

export { probeExistingConstraints } from "./existing-constraints.js";
export { probeFreeSpace, type Room } from "./free-space.js";
export { probePendingEvents } from "./pending-events.js";
export type { Probe, ProbeQuery, ProbeResult } from "./probe.js";

/** Every probe, in the order in which their findings read best. */
export const PROBES: readonly Probe[] = [
  notNull,
  newNotNullColumn,
  unique,
  foreignKey,
  check,
  domain,
  typeChange,
  enumValue,
  exclusion,
  partitionBound,
  dependents,
  oldSnapshots,
  unreadable,
];

/**
 * What must be asked of every tenant of a cluster before a release may run.
 *
 * `statements` are those of all pending migrations, in order; `before` is the schema before the first. The parser must be loaded. Queries contain
 * placeholders for a tenant's own schema: `bindSchemas` fills in the names.
 */
export function deriveProbes(statements: readonly Statement[], before: Catalog): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  let state = ReleaseState.initial(index);
  const found: ProbeQuery[] = [];
  const changed = new ChangedCode(before);
  const made = new ReleaseCode();
  const next = (operation: Operation) => made.seen(operation, advance(state, operation));
  const noted = (operation: Operation, after: ReleaseState) => {
    changed.note(operation, state, after);
    made.note(operation, state);
  };
  const ask = (draft: ProbeDraft) => withCalls(draft, changed);
  const derive = (operation: Operation, after: ReleaseState) => {
    const moment = { before: state, after };
    found.push(...PROBES.flatMap((probe) => probe.derive(operation, moment).map(ask)));
    const then = { before: after, after };
    for (const again of reverified(operation, moment)) {
      found.push(...PROBES.flatMap((probe) => probe.derive(again, then).map(ask)));
    }
  };
  let untouched = true;
  for (const statement of statements) {
    const operations = operationsOfText(statement);
    if (operations.some(({ guards }) => guards !== undefined)) {
      // The schema before the release decides a guard only while no earlier statement may have changed what it decides by.
      for (const operation of operations.filter((each) => !isUnfollowed(each) && !RUNS_CODE.has(each.kind))) {
        const takesPlace = untouched ? occurs(operation, index) : null;
        if (takesPlace === false) continue;
        const after = next(operation);
        derive(operation, after);
        noted(operation, after);
        if (takesPlace || operation.guards?.length === 0) state = after;
      }
      const block = { kind: "opaque", code: "body", reason: "a DO block runs code", statement } as const;
      const after = next({ ...block, transactionality: "inside" });
      for (const operation of operations) noted(operation, after);
      state = after;
    } else {
      for (const operation of inServerOrder(operations)) {
        const after = next(operation);
        derive(operation, after);
        noted(operation, after);
        state = after;
      }
    }
    untouched &&= operations.every(({ kind }) => CHANGES_NO_SCHEMA.has(kind));
  }
  return found;
}

/** Operations of a body whose text may name the body's variables, so that no query can ask about them. */
const RUNS_CODE = new Set<Operation["kind"]>(["write-rows", "truncate", "query"]);
const CHANGES_NO_SCHEMA = new Set<Operation["kind"]>([
  "write-rows",
  "truncate",
  "session-setting",
  "lock-table",
  "maintain",
]);
