import { expect } from "vitest";
import type { ExaminedRelease } from "../../lib/core/queries/examined.js";
import { type JudgedQuery, judgeQueries } from "../../lib/core/queries/judge.js";
import { workloadOf } from "../../lib/core/workload/merge.js";
import { readQuery } from "../../lib/core/workload/read-query.js";
import type { QueryScope } from "../../lib/steps/queries/as-each-role.js";
import { examineRelease } from "../../lib/steps/queries/examine-release.js";
import { cloning } from "./clones.js";
import { testClock, testMigration } from "./migration.js";
import { type Major, temporaryDatabase } from "./postgres.js";

interface Examined {
  readonly examined: ExaminedRelease;
  /** Milliseconds of `examined.ms` in which clones were made and dropped. */
  readonly clonesMs: number;
  readonly clones: number;
  /** By the query's text. */
  readonly judged: ReadonlyMap<string, JudgedQuery>;
  /** `verdict: detail` of each query that is not as before, by its text. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
}

/** Examines queries over a release on clones of a database with this setup; no clone may be left. Fails where nothing could be
 * examined, unless that is expected. The parser must be loaded. */
export async function examineOnClones(
  major: Major,
  setup: string,
  release: readonly string[],
  queries: readonly string[],
  more: {
    readonly role?: string;
    readonly schema?: string;
    readonly parameters?: readonly string[];
    readonly refused?: true;
  } = {},
): Promise<Examined> {
  const { name, client } = await temporaryDatabase(major, setup);
  await client.end();
  const { makeClone, left, spent } = cloning(major, name);
  const found = queries.map((text, at) =>
    readQuery({ text, parameters: more.parameters ?? null, source: { kind: "sql", place: `q.sql:${at + 1}` } }),
  );
  const workload = workloadOf(found);
  expect(workload.unexamined).toEqual([]);
  const scope: QueryScope = { schema: more.schema ?? null, role: more.role ?? null, plans: true };
  const examined = await examineRelease(
    {
      cluster: "c",
      migrations: release.map((sql, at) => testMigration(sql, null, String(at + 1))),
      schema: more.schema ?? null,
      makeClone,
      difference: null,
      settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      clock: testClock,
      thorough: false,
    },
    workload.queries,
    scope,
  ).finally(() => expect([...left]).toEqual([]));
  if (examined.refused !== null && more.refused !== true) throw new Error(`examined nothing: ${examined.refused}`);
  const judged = judgeQueries(examined, { costFactor: 5, largeTable: 10_000 });
  const changed = judged
    .filter(({ verdicts }) => verdicts[0]?.verdict !== "works")
    .map(({ text, verdicts }) => [text, verdicts.map(({ verdict, detail }) => `${verdict}: ${detail}`)] as const);
  return {
    examined,
    clonesMs: spent.ms,
    clones: spent.clones,
    judged: new Map(judged.map((each) => [each.text, each])),
    changed: Object.fromEntries(changed),
  };
}
