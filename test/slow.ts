/**
 * Matrices (every form of a kind, on every major) and long days of the whole command line. `npm test`, which CI runs, leaves them out
 * and tries what depends on the major on 18 alone, to end in less than half an hour on two cores; `npm run test:all` has everything.
 * A file that is named on the command line runs whatever this says.
 */
export const SLOW: readonly string[] = [
  "test/core/contract/what-the-server-makes.test.ts",
  "test/core/operations/calls-followed.test.ts",
  "test/core/postgres/type-change.test.ts",
  "test/core/rewrite/plans.test.ts",
  "test/integration/catalog/drift-matrix.test.ts",
  "test/integration/catalog/drift-together.test.ts",
  "test/integration/lint/known.test.ts",
  "test/integration/lint/refusals.test.ts",
  "test/integration/probes/pending-events.test.ts",
  "test/integration/probes/rehearsal.test.ts",
  "test/integration/rollout/backfill-lag.test.ts",
  "test/integration/rollout/backfill.test.ts",
  "test/integration/run/bad-input.test.ts",
  "test/integration/run/killed.test.ts",
  "test/integration/run/schemas-by-command.test.ts",
  "test/security/executor-rights.test.ts",
  "test/security/overloads.test.ts",
  "test/staging/snapshots.test.ts",
  "test/steps/isolation/rolled-back-reads.test.ts",
  "test/steps/proof/dropped-together.test.ts",
  "test/steps/proof/dump-judge.test.ts",
  "test/steps/proof/made-together.test.ts",
  "test/steps/proof/outside-state.test.ts",
  "test/steps/proof/printed-again.test.ts",
  "test/steps/proof/published.test.ts",
  "test/steps/proof/random-releases.test.ts",
  "test/steps/proof/stale-functions.test.ts",
  "test/steps/proof/still-bound.test.ts",
  "test/steps/proof/watched.test.ts",
  "test/steps/proof/writability.test.ts",
  "test/steps/proof/written-since.test.ts",
];
