import { numberedBefore } from "../../core/backfill/numbered-columns.js";
import type { Migration } from "../../core/migration/release.js";
import { type Inverses, invert } from "../../core/rollback/inverse-candidate.js";
import type { RollbackCandidate, RollbackPlan } from "../../core/rollback/plan.js";
import type { Statement } from "../../core/sql/statement.js";
import { isInBatches } from "../../core/undo/keep/in-batches.js";
import { DatabaseError } from "../../ports/database.js";
import { applyRollback } from "../migration/apply-rollback.js";
import { KeptTooLarge } from "../migration/kept-budget.js";
import { up } from "./apply-on-clone.js";
import type { Clones, WorkingClone } from "./clones.js";
import { captureBefore, differenceCandidate, repairCandidate } from "./difference-candidate.js";
import type { ProveOnClone } from "./input.js";
import type { Keeping } from "./keep-times.js";
import type { CandidateTrial, ProvedRollback, ProvedStatement, RollbackVerdict } from "./proof.js";
import { type Columns, readColumns } from "./read-columns.js";
import type { AppliedRelease } from "./run-release.js";
import { type Passage, withAside } from "./set-lost-aside.js";
import { changedTables, readState, type State, tableName } from "./state.js";
import { failed, judge, type Tried, tryCandidate } from "./try-candidate.js";
import { boundTable, place, unreached, untried, untriedFor } from "./untried-candidate.js";

type KeptTime = Pick<Keeping, "before" | "after">;

/**
 * Takes the release back, from the last migration to the first: for each, tries the candidates in order until one leads to the state before
 * it. Then runs the chosen one for real, so that the next is tried in the state in which the rollout would try it.
 */
export class RollbackTrial {
  private working: WorkingClone;
  /** Of the clone that has the whole release. */
  private columns: Columns = new Map();
  /** Whether what the inverses need was kept aside on the way up. */
  private kept = false;
  private readonly inverses: readonly Inverses[];
  private readonly chosen = new Map<string, RollbackCandidate>();
  /** How long making a statement's copies took. */
  private readonly times = new Map<string, KeptTime>();
  /** By the migration's place: bytes of its copies, or why they may not or cannot be made. */
  private readonly copies = new Map<number, number | DatabaseError>();
  /** Of a rebuilt clone, before each migration: for a release that writes other values in each run, such as `gen_random_uuid()`. */
  private own: readonly State[] | null = null;

  constructor(
    private readonly input: ProveOnClone,
    private readonly clones: Clones,
    private readonly applied: AppliedRelease,
    private readonly plan: RollbackPlan,
    working: WorkingClone,
  ) {
    this.working = working;
    this.inverses = input.migrations.map((migration, at) =>
      invert(migration, this.state(at).catalog, applied.observed[at] ?? null),
    );
  }

  /** The clone at which the trial ended. */
  get end(): WorkingClone {
    return this.working;
  }

  /** What the copies for the chosen way back cost around a statement of the release; null if it needs none. */
  keepingOf(statement: ProvedStatement): Keeping | null {
    const aside = this.chosen.get(statement.migration)?.keep.filter((each) => each.statement === statement.index);
    const ms = this.times.get(place(statement.migration, statement.index));
    if (!ms || !aside || aside.length === 0) return null;
    const tables = aside.flatMap(({ locks }) =>
      locks.map(({ table }) => tableName(boundTable(table, this.input.schema))),
    );
    return { ...ms, tables: [...new Set(tables)] };
  }

  async run(): Promise<readonly ProvedRollback[]> {
    const proved: ProvedRollback[] = [];
    this.columns = await readColumns(this.working.session);
    for (let at = this.input.migrations.length - 1; at >= 0; at--) {
      this.input.signal?.throwIfAborted();
      const stuck = proved.at(-1);
      proved.push(stuck && !stuck.candidate ? unreached(this.migration(at), stuck) : await this.step(at));
    }
    return proved.reverse();
  }

  private async step(at: number): Promise<ProvedRollback> {
    const migration = this.migration(at);
    const trials: CandidateTrial[] = [];
    const planned = this.plan.migrations.find(({ version }) => version === migration.version)?.candidates ?? [];
    for (const candidate of planned) {
      if (candidate.class === "impossible") {
        trials.push(untried(candidate));
        continue;
      }
      if (candidate.keep.length > 0) await this.withKept(at);
      const without = candidate.keep.length > 0 ? this.withoutCopies(at) : null;
      if (without) {
        trials.push(untriedFor(candidate, without.message));
        continue;
      }
      const tried = await this.timed(trials, () => this.attempt(candidate, at));
      if (tried.passed) return await this.choose(at, candidate, tried, trials);
    }
    return this.lastWay(at, trials);
  }

  /** Tries in a transaction and then runs for real; what cannot be tried in a transaction is run straight away. */
  private async attempt(candidate: RollbackCandidate, at: number): Promise<Tried> {
    const { schema, numbered, migrations } = this.input;
    const before = { state: this.state(at), renumbered: numberedBefore(migrations, at) };
    if (candidate.outside.length === 0 && !candidate.statements.some(isInBatches)) {
      const tried = await tryCandidate(this.working.session, candidate, before, this.input);
      if (tried.passed) await this.apply(at, candidate);
      return tried;
    }
    try {
      const passages: Passage[] = [];
      await this.apply(at, candidate, passages);
      const tried = judge(candidate, await readState(this.working.session, schema, numbered), before, passages);
      if (!tried.passed) await this.rebuild(at);
      return tried;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await this.rebuild(at);
      return failed(candidate.source, error);
    }
  }

  private async lastWay(at: number, trials: CandidateTrial[]): Promise<ProvedRollback> {
    const { difference } = this.input;
    const inverses = this.inverses[at];
    if (!inverses) return this.none(at, trials);
    if (inverses.keep.length > 0) await this.withKept(at);
    if (inverses.keep.length > 0 && this.withoutCopies(at)) return this.none(at, trials);
    const { catalog } = this.state(at);
    const repaired = await this.tryMade(at, trials, () =>
      repairCandidate(this.working.session, catalog, inverses, this.input),
    );
    if (repaired) return this.choose(at, repaired.made, repaired.tried, trials);
    if (!difference) return this.none(at, trials);
    const made = await this.tryMade(at, trials, async () => {
      const before = { catalog, captured: await captureBefore(this.clones, this.input, difference, at) };
      return differenceCandidate(this.working.session, difference, before, inverses, this.input);
    });
    return made ? this.choose(at, made.made, made.tried, trials) : this.none(at, trials);
  }

  /** The candidate if it passed. Finding the differences changes the clone, so the whole is proved on a clone that has not started it. */
  private async tryMade(
    at: number,
    trials: CandidateTrial[],
    make: () => Promise<RollbackCandidate | null>,
  ): Promise<{ readonly made: RollbackCandidate; readonly tried: Tried } | null> {
    const start = this.input.clock.monotonic();
    let made: RollbackCandidate | null = null;
    let tried: Tried;
    try {
      try {
        made = await make();
      } finally {
        await this.rebuild(at);
      }
      if (!made) return null;
      tried = await this.attempt(made, at);
    } catch (error) {
      tried = failed("difference", error);
    }
    trials.push({ ...tried.trial, ms: this.input.clock.monotonic() - start });
    return tried.passed && made ? { made, tried } : null;
  }

  private async withKept(at: number): Promise<void> {
    if (!this.kept) await this.rebuild(at);
  }

  /** A fresh clone on which the release ran, with everything kept aside, and was taken back down to this migration. */
  private async rebuild(at: number): Promise<void> {
    await this.clones.drop(this.working);
    this.working = await this.clones.make("rollback");
    const { schema, numbered, migrations } = this.input;
    const read = () => readState(this.working.session, schema, numbered);
    const states: State[] = [];
    for (const [index, migration] of migrations.entries()) {
      if (this.own && index <= at) states.push(await read());
      await this.upKeeping(index, migration);
    }
    this.kept = true;
    // The state before the first migration is the tenant's, whatever the release writes.
    if (!this.own && at > 0 && changedTables(await read(), this.state(migrations.length), numbered).length > 0) {
      this.own = [];
      return this.rebuild(at);
    }
    if (this.own) this.own = states;
    this.columns = await readColumns(this.working.session);
    for (let index = this.input.migrations.length - 1; index > at; index--) {
      const candidate = this.chosen.get(this.migration(index).version);
      if (candidate) await this.apply(index, candidate);
    }
  }

  /** What cannot be kept is not kept: the migration then has no way back, and says so when its turn comes. */
  private async upKeeping(at: number, migration: Migration): Promise<void> {
    const keep = this.inverses[at]?.keep ?? [];
    try {
      const allowed = this.withoutCopies(at) ? [] : keep;
      const observe = {
        kept: (statement: Statement, ms: KeptTime) =>
          void this.times.set(place(migration.version, statement.index), ms),
      };
      const { keptBytes } = await up(this.working.session, this.input, migration, allowed, { observe });
      if (allowed.length > 0) this.copies.set(at, keptBytes);
    } catch (error) {
      if (!(error instanceof DatabaseError) || this.withoutCopies(at)) throw error;
      this.copies.set(at, error);
      await up(this.working.session, this.input, migration, []);
    }
  }

  private withoutCopies(at: number): DatabaseError | null {
    const known = this.copies.get(at);
    return known === undefined || typeof known === "number" ? null : known;
  }

  private keptOf(at: number): ProvedRollback["kept"] {
    const known = this.copies.get(at);
    if (known === undefined) return null;
    if (known instanceof KeptTooLarge) return { bytes: known.bytes, tooLarge: true };
    return typeof known === "number" ? { bytes: known, tooLarge: false } : null;
  }

  private async apply(at: number, candidate: RollbackCandidate, passages: Passage[] = []): Promise<void> {
    const { settings, schema, clock } = this.input;
    const { session } = this.working;
    let from: Columns = new Map();
    await applyRollback(session, {
      migration: this.migration(at),
      previous: this.input.migrations[at - 1] ?? null,
      candidate,
      ledger: null,
      settings,
      schema,
      clock,
      observe: {
        begin: async () => {
          from = await readColumns(session);
        },
        end: async (statement) => void passages.push({ statement, from, to: await readColumns(session) }),
      },
    });
  }

  private async timed(trials: CandidateTrial[], work: () => Promise<Tried>): Promise<Tried> {
    const start = this.input.clock.monotonic();
    const tried = await work();
    trials.push({ ...tried.trial, ms: this.input.clock.monotonic() - start });
    return tried;
  }

  private async choose(
    at: number,
    tried: RollbackCandidate,
    { passages }: Tried,
    trials: readonly CandidateTrial[],
  ): Promise<ProvedRollback> {
    const migration = this.migration(at);
    const { version, name } = migration;
    const [before, after] = [this.state(at).catalog, this.state(at + 1).catalog];
    const end = this.state(this.input.migrations.length).catalog;
    const observed = this.applied.observed[at] ?? null;
    const around = { migration, before, after, end, observed, columns: this.columns, schema: this.input.schema };
    const candidate = await withAside(this.working.session, tried, passages, around);
    this.chosen.set(version, candidate);
    const verdict = trials.at(-1)?.verdict ?? "none";
    const kept = candidate.keep.length > 0 ? this.keptOf(at) : null;
    return { version, name, verdict, candidate, losses: candidate.losses, differences: [], kept, behind: null, trials };
  }

  /** The most telling of the failures: one that ran and left something is closer than one that did not run. */
  private none(at: number, trials: readonly CandidateTrial[]): ProvedRollback {
    const { version, name } = this.migration(at);
    const order: readonly RollbackVerdict[] = ["differs", "error", "none"];
    const [best] = [...trials].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
    const losses = this.inverses[at]?.losses ?? [];
    const differences = best?.differences ?? ["There is no way back to try."];
    const kept = this.keptOf(at);
    const verdict = best?.verdict ?? "none";
    return { version, name, verdict, candidate: null, losses, differences, kept, behind: null, trials };
  }

  private migration(at: number): Migration {
    const migration = this.input.migrations[at];
    if (!migration) throw new RangeError(`there is no migration ${at}`);
    return migration;
  }

  /** Before the migration at this place. */
  private state(at: number): State {
    const state = this.own?.[at] ?? this.applied.states[at];
    if (!state) throw new RangeError(`there is no state ${at}`);
    return state;
  }
}
