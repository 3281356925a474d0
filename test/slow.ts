/**
 * Matrices: every form of a kind on two servers, one after the other. `npm test`, which CI runs, leaves them out to end in less than half
 * an hour on two cores; `npm run test:all` has them. A file that is named on the command line runs whatever this says.
 */
export const SLOW: readonly string[] = [
  "test/core/contract/what-the-server-makes.test.ts",
  "test/core/postgres/type-change.test.ts",
  "test/integration/catalog/drift-matrix.test.ts",
  "test/integration/lint/known.test.ts",
  "test/integration/lint/refusals.test.ts",
  "test/steps/proof/dropped-together.test.ts",
  "test/steps/proof/dump-judge.test.ts",
  "test/steps/proof/made-together.test.ts",
  "test/steps/proof/outside-state.test.ts",
  "test/steps/proof/printed-again.test.ts",
  "test/steps/proof/random-releases.test.ts",
  "test/steps/proof/stale-functions.test.ts",
  "test/steps/proof/still-bound.test.ts",
];
