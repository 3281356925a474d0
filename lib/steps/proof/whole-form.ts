import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { DatabaseError } from "../../ports/database.js";
import { partsBegun } from "../migration/progress.js";
import { up } from "./apply-on-clone.js";
import type { Clones } from "./clones.js";
import { type ColumnSums, readColumnSums } from "./column-sums.js";
import type { ProveOnClone } from "./input.js";
import type { AppliedRelease } from "./run-release.js";
import { changedTables, compareStates, isSameSchema, readState, type State } from "./state.js";
import { describeFailure } from "./try-candidate.js";

export function hasBackfill({ migrations }: Pick<ProveOnClone, "migrations">): boolean {
  return migrations.some(({ up: { backfill } }) => backfill !== undefined);
}

/**
 * Whether a backfill may be split: the release runs once more on its own clone, with its backfills as the single statements that they are,
 * and must leave the same rows. The first run made them in batches, as the rollout does.
 */
export async function wholeFormFindings(
  input: ProveOnClone,
  clones: Clones,
  run: AppliedRelease,
): Promise<readonly Finding[]> {
  if (!hasBackfill(input)) return [];
  try {
    const first = await runWhole(input, clones, run);
    const difference = await differenceOf(input, clones, run, first);
    return difference === null ? proved(run, first.took) : [differs(input, difference, first.begun)];
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return [differs(input, `as one statement it fails: ${describeFailure(error)}`, false)];
  }
}

interface Whole {
  readonly state: State;
  readonly sums: ColumnSums;
  /** Milliseconds, by version. */
  readonly took: ReadonlyMap<string, number>;
  /** Whether the tenant is in the middle of one of them, so that the batches continued from there. */
  readonly begun: boolean;
}

async function runWhole(input: ProveOnClone, clones: Clones, run: AppliedRelease): Promise<Whole> {
  const working = await clones.make("whole");
  try {
    const took = new Map<string, number>();
    const backfills = input.migrations.flatMap(({ version, up: { backfill } }) => (backfill ? [version] : []));
    const begun = await partsBegun(working.session, backfills, input.schema);
    for (const migration of input.migrations) {
      const { version, ms } = await up(working.session, input, migration, [], { whole: true });
      took.set(version, ms);
    }
    const state = await readState(working.session, input.schema, input.numbered);
    const [before] = run.states;
    const tables = before ? changedTables(run.states.at(-1) ?? state, before) : [];
    return { state, sums: await readColumnSums(working.session, state, tables, input.schema), took, begun };
  } finally {
    await clones.drop(working);
  }
}

/**
 * The rows are the same, or differ only in columns that also differ between two runs of the whole form: a clock, random numbers. Such a
 * column is not compared.
 */
async function differenceOf(
  input: ProveOnClone,
  clones: Clones,
  run: AppliedRelease,
  first: Whole,
): Promise<string | null> {
  const batched = run.states.at(-1);
  if (!batched) return "the release did not run";
  const { verdict, differences } = compareStates(first.state, batched, input.numbered);
  if (verdict !== "differs") return null;
  if (!isSameSchema(first.state.catalog, batched.catalog)) return differences[0] ?? "the schema differs.";
  const tables = [...batched.contents].filter(([table, { rows }]) => first.state.contents.get(table)?.rows !== rows);
  if (tables[0])
    return `${tables[0][0]} has ${tables[0][1].rows} rows, and ${first.state.contents.get(tables[0][0])?.rows ?? 0} as a whole.`;
  const others = changedTables(batched, first.state, input.numbered);
  if (others.length === 0) return null;
  const second = await runWhole(input, clones, run);
  const varies = changedTables(second.state, first.state, input.numbered);
  const stable = others.find((table) => !varies.includes(table));
  if (stable !== undefined) return `${stable} has other values in its rows.`;
  const varying = new Set(differingColumns(first.sums, second.sums));
  const [left] = differingColumns(first.sums, run.sums.at(-1) ?? new Map()).filter((column) => !varying.has(column));
  return left === undefined ? null : `${left} has other values.`;
}

function differingColumns(a: ColumnSums, b: ColumnSums): readonly string[] {
  return [...a].flatMap(([table, columns]) =>
    [...columns].flatMap(([column, sum]) => (b.get(table)?.get(column) === sum ? [] : [`${table}.${column}`])),
  );
}

function differs({ migrations }: ProveOnClone, difference: string, begun: boolean): Finding {
  const versions = migrations.flatMap(({ version, up: { backfill } }) => (backfill ? [version] : []));
  return {
    code: "backfill.differs",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "migration", name: versions.join(", ") },
    message: `On the clone, the statement leaves different rows in batches than as a whole: ${difference}`,
    remedy: begun
      ? {
          text: "A tenant is in the middle of this backfill. Continue the run that began it, or roll it back first.",
          command: "schema-gate rollback",
        }
      : { text: "Write it so that a row depends on no other row that it changes, or take the comment away." },
  };
}

function proved({ statements }: AppliedRelease, took: ReadonlyMap<string, number>): readonly Finding[] {
  return statements.flatMap(({ migration, batched, ms, source }) => {
    if (!batched) return [];
    const rate = ms > 0 ? Math.round((batched.rows * 1000) / ms) : batched.rows;
    const whole = Math.round(took.get(migration) ?? 0);
    return [
      {
        code: "backfill.proved",
        gate: "dry-run",
        severity: "note",
        subject: { kind: "migration", name: migration },
        message: `On the clone ${plural(batched.rows, "row")} in ${plural(batched.batches, "batch", "batches")} took ${Math.round(ms)} ms (${rate} rows/s, the longest batch ${Math.round(batched.longestMs)} ms); as one statement ${whole} ms, and the rows are the same.`,
        source,
      },
    ];
  });
}
