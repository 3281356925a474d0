import type { Migration } from "../../core/migration/release.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError } from "../../ports/database.js";
import { Clones, type WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import { applyRelease } from "../proof/run-release.js";
import { changedTables, compareStates, readState } from "../proof/state.js";
import { type Round, runRound, sampleRounds } from "./application-writes.js";
import { beyondChance, type Ended } from "./same-end.js";

/** What the application wrote between the steps of a plan that ended as the original does. */
export interface WrittenBetween {
  /** Queries that write a table of the release's database. */
  readonly queries: number;
  /** Executions, over all pauses between steps. */
  readonly writes: number;
  /** Of these: those that the schema of the moment refused. */
  readonly refused: number;
  /** Why nothing could be compared: with these rows the original does not run either. Null if it was. */
  readonly uncompared: string | null;
}

export type Written =
  | { readonly between: WrittenBetween | null; readonly reason: null }
  | { readonly between: null; readonly reason: string };

/** A clone with the outcome of each write, by round. */
interface Run extends Ended {
  readonly outcomes: readonly (readonly (string | null)[])[];
}

/**
 * Runs the plan once more, with the application's writes after each step but the last, and compares with the original, which the same writes
 * surround: for each table there must be a moment at which the original, run between two of these rounds, leads to the same rows and refuses
 * the same writes. `between` is null if the application writes no table here.
 */
export async function writtenBetween(
  steps: readonly Migration[],
  original: Migration,
  queries: readonly WorkloadQuery[],
  around: Omit<ProveOnClone, "migrations">,
): Promise<Written> {
  if (queries.length === 0 || steps.length < 2) return { between: null, reason: null };
  const clones = new Clones({
    ...around,
    migrations: [original, ...steps],
    queries: queries.map(({ text }) => text),
  });
  try {
    const working = await clones.make("plan");
    const rounds = await sampleRounds(working.session, queries, steps.length - 1);
    const writes = rounds.flat();
    if (writes.length === 0) return { between: null, reason: null };
    const groups = [...steps.keys()].map((at) => steps.slice(at, at + 1));
    const plan = await runAround(working, clones, around, groups, rounds);
    const counted = { queries: new Set(writes.map(({ text }) => text)).size, writes: writes.length };
    const trial = new Trial(original, rounds, clones, around);
    if (typeof plan === "string") {
      const first = await trial.original(rounds.length);
      const uncompared = typeof first === "string" ? first : null;
      if (uncompared === null) return { between: null, reason: `with the application's writes a step fails: ${plan}` };
      return { between: { ...counted, refused: 0, uncompared }, reason: null };
    }
    const refused = plan.outcomes.flat().filter((code) => code !== null).length;
    const found = await trial.compare(plan);
    if (found.differences.length > 0)
      return { between: null, reason: found.differences.slice(0, 3).join(" ").replace(/\.$/, "") };
    return { between: { ...counted, refused, uncompared: found.uncompared }, reason: null };
  } catch (error) {
    throw error instanceof DatabaseError ? clones.reasonFor(error) : error;
  } finally {
    await clones.dropAll();
  }
}

/** The original, at every moment between the rounds. */
class Trial {
  constructor(
    private readonly migration: Migration,
    private readonly rounds: readonly Round[],
    private readonly clones: Clones,
    private readonly around: Omit<ProveOnClone, "migrations">,
  ) {}

  /** The original after so many rounds, and the others after it. Returns why it fails with these rows. */
  async original(before: number): Promise<Run | string> {
    const working = await this.clones.make("original");
    const groups = [...Array<readonly Migration[]>(before).fill([]), [this.migration]];
    while (groups.length <= this.rounds.length) groups.push([]);
    const run = await runAround(working, this.clones, this.around, groups, this.rounds);
    if (typeof run === "string") await this.clones.drop(working);
    return run;
  }

  /** From the last moment to the first, until every table has found its own. */
  async compare(plan: Run): Promise<{ readonly differences: readonly string[]; readonly uncompared: string | null }> {
    let left: ReadonlySet<string> | null = null;
    let schema: readonly string[] | null = null;
    let failed = "";
    for (let before = this.rounds.length; before >= 0; before--) {
      const original = await this.original(before);
      if (typeof original === "string") {
        failed = original;
        continue;
      }
      const compared = compareStates(plan.state, original.state, this.around.numbered);
      if (compared.schemaEqual) {
        const differing: ReadonlySet<string> = await this.differing(plan, original, before);
        left = left === null ? differing : both(left, differing);
      } else schema = compared.differences;
      await this.clones.drop(original.working);
      if (left?.size === 0) return { differences: [], uncompared: null };
    }
    if (left !== null)
      return {
        differences: [...left].map((table) => `${table} ends with other rows, whenever the original runs.`),
        uncompared: null,
      };
    return schema === null ? { differences: [], uncompared: failed } : { differences: schema, uncompared: null };
  }

  /** Tables with other rows, or that took other writes. Values that differ from run to run do not count. */
  private async differing(plan: Run, original: Run, before: number): Promise<ReadonlySet<string>> {
    const tables = changedTables(plan.state, original.state, this.around.numbered);
    const wrong = new Set(tables.length === 0 ? [] : await this.withoutChance(plan, original, tables, before));
    for (const [at, round] of this.rounds.entries())
      for (const [place, { table }] of round.entries()) {
        const [is, was] = [plan, original].map(({ outcomes }) => outcomes[at]?.[place] ?? null);
        if ((is === null) !== (was === null)) wrong.add(table);
      }
    return wrong;
  }

  private async withoutChance(plan: Run, original: Run, tables: readonly string[], before: number) {
    const again = await this.original(before);
    if (typeof again === "string") return tables;
    try {
      return (await beyondChance({ plan, original, again }, tables)).tables;
    } finally {
      await this.clones.drop(again.working);
    }
  }
}

function both(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((each) => other.has(each)));
}

/** Groups of migrations with a round after each but the last. Returns the reason for which one of them does not run. */
async function runAround(
  working: WorkingClone,
  clones: Clones,
  around: Omit<ProveOnClone, "migrations">,
  groups: readonly (readonly Migration[])[],
  rounds: readonly Round[],
): Promise<Run | string> {
  const outcomes: (readonly (string | null)[])[] = [];
  for (const [at, migrations] of groups.entries()) {
    if (migrations.length > 0) {
      const { failure } = await applyRelease(working, clones, { ...around, migrations });
      if (failure) return `${failure.migration.up.file}: ${failure.error.message} [${failure.error.code}]`;
    }
    const round = rounds[at];
    if (round) outcomes.push(await runRound(working.session, round));
  }
  const state = await readState(working.session, around.schema, around.numbered);
  return { working, state, outcomes };
}
