import type { Catalog } from "../catalog/catalog.js";
import type { IsolationScope } from "../isolation/scope.js";
import type { Migration } from "../migration/release.js";
import { authorCandidate } from "./author-candidate.js";
import { inverseCandidate } from "./inverse-candidate.js";
import type { MigrationObservation } from "./observation.js";
import type { RollbackCandidate, RollbackPlan } from "./plan.js";

export interface PlanRollback {
  readonly cluster: string;
  /** The pending migrations, in order. */
  readonly migrations: readonly Migration[];
  /** The schema of the cluster before the release. */
  readonly before: Catalog;
  /** What the dry run saw, migration by migration. Without it the plan knows only the schema before the release. */
  readonly observed?: readonly MigrationObservation[];
  /** What an author's way back is checked against; absent: it may name anything. */
  readonly isolation?: IsolationScope;
}

/**
 * The ways back of a release, in order of preference: the author's down migration, then the inverses of its operations. Deterministic: the same input
 * gives the same plan. The third way, derived from the difference of two catalogs, needs the schema after the release; the dry run adds it.
 */
export function planRollback(input: PlanRollback): RollbackPlan {
  const migrations = input.migrations.map((migration, at) => {
    const observed = input.observed?.find(({ version }) => version === migration.version) ?? null;
    const before = observed?.statements[0]?.before ?? previousAfter(input, at) ?? input.before;
    const candidates = [
      authorCandidate(migration, input.isolation ?? null),
      inverseCandidate(migration, before, observed),
    ];
    return {
      version: migration.version,
      name: migration.name,
      candidates: candidates.filter((candidate): candidate is RollbackCandidate => candidate !== null),
    };
  });
  return { cluster: input.cluster, migrations };
}

function previousAfter(input: PlanRollback, at: number): Catalog | null {
  const previous = input.migrations[at - 1];
  return input.observed?.find(({ version }) => version === previous?.version)?.after ?? null;
}
