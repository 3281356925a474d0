import { DatabaseError, type Session } from "../../ports/database.js";
import type { StatementObserver } from "../migration/apply-migration.js";
import { up } from "./apply-on-clone.js";
import type { Clones } from "./clones.js";
import { type ColumnSums, readColumnSums } from "./column-sums.js";
import type { ProveOnClone } from "./input.js";
import { outsideDifferences, sameWhateverNumbers } from "./outside-state.js";
import type { AppliedRelease } from "./run-release.js";
import { changedTables, compareStates, isSameSchema, readState, type State } from "./state.js";
import { describeFailure } from "./try-candidate.js";

/** Undisturbed runs made, at most, to find out which values differ from run to run. */
const MOST_CONTROLS = 3;

interface Column {
  readonly table: string;
  readonly column: string;
}

/**
 * Judges whether a run that was disturbed, or followed a rollback, ended where the first run ended: the same schema, the same number of
 * rows, and in each column the same values. A clock, random numbers and sequences give other values each time, which is no loss. Which
 * columns hold such values is not guessed: the release runs again on a fresh clone, undisturbed but later and with its sequences moved on,
 * and a column that differs there is not compared. Nor is which row has which value: numbers given in the order in which rows happen to be
 * stored are the same numbers.
 */
export class Outcome {
  private readonly controls: (readonly ColumnSums[] | string)[] = [];

  constructor(
    private readonly input: ProveOnClone,
    private readonly clones: Clones,
    private readonly run: AppliedRelease,
  ) {}

  /** Null if the session's database is where the first run was after this migration; otherwise what differs. */
  async difference(session: Session, now: State, at: number): Promise<string | null> {
    const target = this.run.states[at + 1];
    if (!target) throw new RangeError(`there is no state after migration ${at}`);
    if (!isSameSchema(now.catalog, target.catalog) || !hasSameCounts(now, target)) {
      return compareStates(now, target, this.input.numbered).differences[0] ?? "The schema differs.";
    }
    if (!sameWhateverNumbers(now.outside, target.outside))
      return outsideDifferences(now.outside, target.outside)[0] ?? "Something other than schema and rows differs.";
    if (!this.input.thorough) return null;
    const tables = changedTables(target, now, this.input.numbered);
    let left = await this.differing(session, now, tables, at);
    for (let control = 0; left.length > 0 && control < MOST_CONTROLS; control++) {
      const sums = await this.control(control);
      if (typeof sums === "string") return sums;
      const known = this.run.sums[at + 1];
      left = left.filter(({ table, column }) => sums[at]?.get(table)?.get(column) === known?.get(table)?.get(column));
    }
    const [first] = left;
    return first ? `${first.table}.${first.column} has other values than after an undisturbed run.` : null;
  }

  /** A table that the release did not touch may have only its earlier values. */
  private async differing(session: Session, now: State, tables: readonly string[], at: number): Promise<Column[]> {
    const sums = await readColumnSums(session, now, tables, this.input.schema);
    const known = this.run.sums[at + 1];
    return [...sums].flatMap(([table, columns]) =>
      [...columns].flatMap(([column, sum]) => (known?.get(table)?.get(column) === sum ? [] : [{ table, column }])),
    );
  }

  private async control(number: number): Promise<readonly ColumnSums[] | string> {
    const made = this.controls[number] ?? (await this.undisturbed());
    this.controls[number] = made;
    return made;
  }

  /** Sums after each migration of another run, or why there was none. */
  private async undisturbed(): Promise<readonly ColumnSums[] | string> {
    const working = await this.clones.make("control");
    const observe: StatementObserver = { before: () => moveSequences(working.session, this.input) };
    try {
      const [first] = this.run.states;
      const sums: ColumnSums[] = [];
      await moveSequences(working.session, this.input);
      for (const [at, migration] of this.input.migrations.entries()) {
        await up(working.session, this.input, migration, [], { observe });
        const state = await readState(working.session, this.input.schema, this.input.numbered);
        const tables = first ? changedTables(this.run.states[at + 1] ?? state, first) : [];
        sums.push(await readColumnSums(working.session, state, tables, this.input.schema));
      }
      return sums;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return `The release does not run a second time from the same state: ${describeFailure(error)}.`;
    } finally {
      await this.clones.drop(working);
    }
  }
}

function hasSameCounts(now: State, target: State): boolean {
  return [...target.contents].every(([table, { rows }]) => now.contents.get(table)?.rows === rows);
}

/**
 * Leaves sequences as a killed run does: numbers that were taken are not given back. Sequences near their end are not moved, nor those of
 * other tenants, which no release may touch.
 */
async function moveSequences(session: Session, { schema, settings }: ProveOnClone): Promise<void> {
  const own = schema === null ? null : [schema, ...(settings.shared ?? ["public"])];
  await session.query(
    `select pg_catalog.nextval(pg_catalog.format('%I.%I', schemaname, sequencename)::regclass) from pg_catalog.pg_sequences
     where increment_by > 0 and coalesce(last_value, start_value) < max_value - 2 * increment_by * greatest(cache_size, 1)
       and pg_catalog.has_sequence_privilege(pg_catalog.format('%I.%I', schemaname, sequencename), 'USAGE')
       and ($1::text[] is null or schemaname::text = any($1))`,
    [own],
  );
}
