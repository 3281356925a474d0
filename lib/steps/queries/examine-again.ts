import { isRefusal } from "../../core/queries/description.js";
import type { ExaminedQuery } from "../../core/queries/examined.js";
import { newRefusal, type TryRefusal } from "../../core/queries/row-refusal.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";
import type { Clones, WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import type { QueryScope } from "./as-each-role.js";
import type { DatabaseState } from "./database-state.js";
import { findCauses } from "./find-causes.js";
import { type LostIndexes, lostIndexes, recollatedTables } from "./index-facts.js";
import { withoutLeft } from "./left-rows.js";
import { readTables } from "./read-tables.js";
import { Recollated } from "./recollated.js";
import { lookedUp, referencePlans } from "./reference-plans.js";
import type { RowTrial } from "./sample-rows.js";
import { tryRows } from "./try-rows.js";
import { valuedPlans } from "./valued-plans.js";

interface Around {
  readonly clones: Clones;
  /** On the clone that has the release. */
  readonly after: Session;
  readonly input: ProveOnClone;
  readonly scope: QueryScope;
}

interface States {
  readonly before: DatabaseState;
  readonly after: DatabaseState;
}

/**
 * Tries rows after the release, and looks further where there is a doubt: on a clone in its earlier state, which then gets the release, statement
 * by statement, if a query is described otherwise.
 */
export async function examineAgain(
  around: Around,
  queries: readonly ExaminedQuery[],
  states: States,
  trials: readonly RowTrial[],
): Promise<readonly ExaminedQuery[]> {
  const lost = lostIndexes(states.before.indexes, states.after.indexes);
  const todo = {
    ...whatIsLeft(queries, states, lost),
    looked: await lookedUp(around.after, trials, lost),
    doubted: await doubtedRows(around, queries, states, trials),
  };
  if (Object.values(todo).every((some) => some.length === 0)) return queries;
  const fresh = await around.clones.make("queries-again");
  const refused = await refusedRows(fresh.session, around, todo.doubted);
  const valued = await valuedPlans(fresh.session, around.after, todo.indexed, lost, around.scope);
  const references = await referencePlans(fresh.session, around.after, todo.looked, around.scope);
  const { causes, recollated } = await releasedAgain(around, fresh, todo);
  return queries.map((each) => ({
    ...each,
    valued: references.get(each.query) ?? valued.get(each.query) ?? null,
    recollated: recollated.has(each.query),
    trial: refused.get(each.query) ?? null,
    cause: causes.get(each.query) ?? null,
  }));
}

interface Todo {
  readonly indexed: readonly ExaminedQuery[];
  readonly returning: readonly ExaminedQuery[];
  readonly other: readonly ExaminedQuery[];
}

function whatIsLeft(
  queries: readonly ExaminedQuery[],
  { before, after }: States,
  lost: ReadonlyMap<string, LostIndexes>,
): Todo {
  const recollated = recollatedTables(before.indexes, after.indexes);
  return {
    indexed: queries.filter((query) => reads(query, lost)),
    returning: queries.filter((query) => reads(query, recollated) && !isOther(query)),
    other: queries.filter(isOther),
  };
}

function reads(query: ExaminedQuery, tables: ReadonlySet<string> | ReadonlyMap<string, unknown>): boolean {
  return !isRefusal(query.after.described) && readTables(query, tables).length > 0;
}

function isOther({ before, after }: ExaminedQuery): boolean {
  if (isRefusal(before.described)) return false;
  if (isRefusal(after.described)) return true;
  const told = ({ columns, parameters, missing }: typeof before.described) =>
    JSON.stringify([columns, parameters, missing ?? []]);
  return told(before.described) !== told(after.described);
}

interface Doubted {
  readonly trial: RowTrial;
  readonly after: readonly (TryRefusal | null)[];
}

/**
 * Of the writing queries, whichever table they name (a view or a trigger may lead to one that has changed), those of which the schema after the
 * release refuses a row. Whatever the one before says: what it accepts now is no finding.
 */
async function doubtedRows(
  { after, scope }: Around,
  queries: readonly ExaminedQuery[],
  states: States,
  trials: readonly RowTrial[],
): Promise<readonly Doubted[]> {
  if (states.before.rules === states.after.rules) return [];
  const still = new Set(queries.filter((each) => !isRefusal(each.after.described)).map(({ query }) => query));
  const tried = trials.filter(({ query }) => still.has(query));
  const answers = await tryRows(after, tried, scope);
  return tried.flatMap((trial) => {
    const answer = answers.get(trial.query) ?? [];
    return newRefusal([], answer) === null ? [] : [{ trial, after: answer }];
  });
}

async function refusedRows(
  fresh: Session,
  { after, scope }: Around,
  doubted: readonly Doubted[],
): Promise<ReadonlyMap<WorkloadQuery, ExaminedQuery["trial"]>> {
  const refused = new Map<WorkloadQuery, ExaminedQuery["trial"]>();
  const trials = doubted.map(({ trial }) => trial);
  const was = await tryRows(fresh, trials, scope);
  for (const { trial, after: answers } of doubted) {
    const { query, table } = trial;
    const found = newRefusal(was.get(query) ?? [], await withoutLeft(fresh, after, trial, answers));
    if (found) refused.set(query, { table, refused: { code: found.code, message: found.message } });
  }
  return refused;
}

async function releasedAgain({ clones, input, scope }: Around, fresh: WorkingClone, { other, returning }: Todo) {
  if (other.length === 0 && returning.length === 0) return { causes: new Map(), recollated: new Set() };
  const session = returning.length === 0 ? null : await clones.connect(fresh.clone);
  try {
    const kept = session && (await Recollated.prepare(session, returning, scope));
    const sent = other.map(({ query }) => query);
    const causes = await findCauses(fresh, input, sent, scope);
    return { causes, recollated: (await kept?.failing(returning)) ?? new Set<WorkloadQuery>() };
  } finally {
    await session?.close();
  }
}
