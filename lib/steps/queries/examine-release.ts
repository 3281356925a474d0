import { isRefusal, type Refusal } from "../../core/queries/description.js";
import type {
  ExaminedQuery,
  ExaminedRelease,
  LostStatistics,
  Side,
  Unexaminable,
} from "../../core/queries/examined.js";
import type { Plan } from "../../core/queries/plan.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { automaticCode, shownCode } from "../catalog/automatic-code.js";
import { up } from "../proof/apply-on-clone.js";
import { Clones } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import { refusedIn } from "../proof/prove-on-clone.js";
import type { QueryScope } from "./as-each-role.js";
import type { DatabaseFacts } from "./database-facts.js";
import { type DatabaseState, readState } from "./database-state.js";
import { describeQueries, type Unsaid } from "./describe-queries.js";
import { examineAgain } from "./examine-again.js";
import { lostStatistics } from "./lost-statistics.js";
import { sampleRows } from "./sample-rows.js";

type Sides = ReadonlyMap<WorkloadQuery, Side | Unsaid>;

/**
 * Describes and plans each query on a clone before and after the release, tries rows where a table accepts others than before, and finds
 * the statement behind each broken query. Throws `DatabaseError` when the server or a clone failed; leaves no clone behind.
 */
export async function examineRelease(
  input: ProveOnClone,
  queries: readonly WorkloadQuery[],
  scope: QueryScope,
): Promise<ExaminedRelease> {
  const start = input.clock.monotonic();
  const clones = new Clones({ ...input, queries: queries.map(({ text }) => text) });
  const took = () => input.clock.monotonic() - start;
  try {
    const working = await clones.make("queries");
    const refused = await refusedFor(working.session, input, queries);
    if (refused !== null) return { ...NOTHING, refused, ms: took() };
    const old = await readState(working.session);
    const before = await describeQueries(working.session, queries, scope);
    const trials = await sampleRows(working.session, before, scope);
    const failure = await run(working.session, input);
    if (failure !== null) return { ...NOTHING, refused: failure, ms: took() };
    const seen = await seenAfter(working.session, queries, scope, { before: old.facts, clock: input.clock });
    const examined = examinedQueries(queries, before, seen);
    const around = { clones, after: working.session, input, scope };
    const found = await examineAgain(around, examined, { before: old, after: seen.state }, trials);
    clones.assertWatched();
    return {
      queries: found,
      unexamined: unexaminedOf(queries, before, seen.sides),
      lost: seen.lost,
      rows: rowsOf(old.facts),
      unanalyzed: unanalyzedIn(old.facts, examined),
      refused: null,
      ms: took(),
    };
  } catch (error) {
    throw error instanceof DatabaseError ? clones.reasonFor(error) : error;
  } finally {
    await clones.dropAll();
  }
}

const NOTHING = { queries: [], unexamined: [], lost: [], rows: new Map<string, number>(), unanalyzed: [] };

/** Why nothing may be executed or planned on the clone. */
async function refusedFor(
  session: Session,
  input: ProveOnClone,
  queries: readonly WorkloadQuery[],
): Promise<string | null> {
  const code = await automaticCode(
    session,
    input.migrations,
    queries.map(({ text }) => text),
  );
  if (code.length > 0 && input.superuser === undefined)
    return `${shownCode(code)} would run with rights that reach beyond the database`;
  return refusedIn(input)[0]?.message ?? null;
}

async function run(session: Session, input: ProveOnClone): Promise<string | null> {
  for (const migration of input.migrations) {
    input.signal?.throwIfAborted();
    try {
      await up(session, input, migration, []);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return `the release does not run: ${error.message} [${error.code}]`;
    }
  }
  return null;
}

interface Seen {
  readonly state: DatabaseState;
  readonly sides: Sides;
  readonly lost: readonly LostStatistics[];
  readonly analyzed: ReadonlyMap<WorkloadQuery, Plan>;
}

/** What the release has led to; if it lost statistics, also the plans with them. */
async function seenAfter(
  session: Session,
  queries: readonly WorkloadQuery[],
  scope: QueryScope,
  { before, clock }: { readonly before: DatabaseFacts; readonly clock: Clock },
): Promise<Seen> {
  const state = await readState(session);
  const sides = await describeQueries(session, queries, scope);
  const lost: LostStatistics[] = [];
  for (const each of lostStatistics(before, state.facts, { dropped: true })) {
    const start = clock.monotonic();
    if (await isRestored(session, each)) lost.push({ ...each, ms: clock.monotonic() - start });
  }
  if (lost.length === 0) return { state, sides, lost, analyzed: new Map() };
  const tables = new Set(lost.map(({ table }) => table));
  const concerned = queries.filter((query) =>
    planOf(sides.get(query))?.accesses.some(({ table }) => tables.has(table)),
  );
  const again = await describeQueries(session, concerned, scope);
  const plans = concerned.flatMap((query) => {
    const plan = planOf(again.get(query));
    return plan ? [[query, plan] as const] : [];
  });
  return { state, sides, lost, analyzed: new Map(plans) };
}

/** False for a statistics object that cannot be made again, since a column of it is gone. */
async function isRestored(
  session: Session,
  { why, analyze }: Pick<LostStatistics, "why" | "analyze">,
): Promise<boolean> {
  try {
    await session.script(analyze);
    return true;
  } catch (error) {
    if (why !== "dropped" || !(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return false;
  }
}

function planOf(side: Side | Unsaid | undefined): Plan | null {
  return side && "described" in side ? side.plan : null;
}

function examinedQueries(queries: readonly WorkloadQuery[], before: Sides, seen: Seen): readonly ExaminedQuery[] {
  return queries.flatMap((query) => {
    const [was, is] = [before.get(query), seen.sides.get(query)];
    if (!was || !is || !("described" in was) || !("described" in is)) return [];
    if (isRefusal(was.described) && isRefusal(is.described)) return [];
    const analyzed = seen.analyzed.get(query) ?? null;
    return [{ query, before: was, after: is, analyzed, valued: null, recollated: false, trial: null, cause: null }];
  });
}

function unexaminedOf(queries: readonly WorkloadQuery[], before: Sides, after: Sides): ExaminedRelease["unexamined"] {
  return queries.flatMap((query) => {
    const sides = [before.get(query), after.get(query)];
    const unsaid = sides.find((side) => side !== undefined && "reason" in side);
    if (unsaid && "reason" in unsaid)
      return [{ query, reason: unsaid.reason as Unexaminable, message: unsaid.message }];
    const refusals = sides.flatMap((side) =>
      side && "described" in side && isRefusal(side.described) ? [side.described] : [],
    );
    const [first] = refusals;
    if (refusals.length === 2 && first)
      return [{ query, reason: "fails-on-both-sides" as const, message: shown(first) }];
    const [unplanned] = sides.flatMap((side) => (side && "described" in side ? (side.unplanned ?? []) : []));
    return unplanned ? [{ query, reason: "no-plan" as const, message: shown(unplanned) }] : [];
  });
}

function shown({ message, code }: Refusal): string {
  return `${message} [${code}]`;
}

/** Only tables that a plan reads: one that no query touches misleads nobody. */
function unanalyzedIn(facts: DatabaseFacts, queries: readonly ExaminedQuery[]): readonly string[] {
  const read = new Set(queries.flatMap(({ before }) => before.plan?.accesses.map(({ table }) => table) ?? []));
  return [...read].filter((name) => facts.get(name)?.filled === true && facts.get(name)?.known.length === 0).sort();
}

function rowsOf(facts: DatabaseFacts): ReadonlyMap<string, number> {
  return new Map([...facts].map(([name, { rows }]) => [name, rows]));
}
