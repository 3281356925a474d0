import { isRefusal, type Refusal } from "../../core/queries/description.js";
import type { ExaminedQuery } from "../../core/queries/examined.js";
import { newRefusal } from "../../core/queries/row-refusal.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";
import type { Clones, WorkingClone } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";
import type { QueryScope } from "./as-each-role.js";
import type { DatabaseState } from "./database-state.js";
import { findCauses } from "./find-causes.js";
import { lostIndexes, recollatedTables } from "./index-facts.js";
import { Recollated } from "./recollated.js";
import { sampleRows, tryRows } from "./try-rows.js";
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

/** What needs a clone in its earlier state next to the one that has the release; it then gets the release, statement by statement. */
export async function examineAgain(
  around: Around,
  queries: readonly ExaminedQuery[],
  states: States,
): Promise<readonly ExaminedQuery[]> {
  const todo = whatIsLeft(queries, states);
  if (Object.values(todo).every((some) => some.length === 0)) return queries;
  const fresh = await around.clones.make("queries-again");
  const { scope, after } = around;
  const trials = await refusedRows(fresh.session, after, todo.writing, scope);
  const lost = lostIndexes(states.before.indexes, states.after.indexes);
  const valued = await valuedPlans(fresh.session, after, todo.indexed, lost, scope);
  const { causes, recollated } = await releasedAgain(around, fresh, todo);
  return queries.map((each) => ({
    ...each,
    valued: valued.get(each.query) ?? null,
    recollated: recollated.has(each.query),
    trial: trials.get(each.query) ?? null,
    cause: causes.get(each.query) ?? null,
  }));
}

interface Todo {
  readonly writing: readonly ExaminedQuery[];
  readonly indexed: readonly ExaminedQuery[];
  readonly returning: readonly ExaminedQuery[];
  readonly other: readonly ExaminedQuery[];
}

function whatIsLeft(queries: readonly ExaminedQuery[], { before, after }: States): Todo {
  const lost = lostIndexes(before.indexes, after.indexes);
  const recollated = recollatedTables(before.indexes, after.indexes);
  return {
    writing: before.rules === after.rules ? [] : queries.filter(writes),
    indexed: queries.filter((query) => reads(query, lost)),
    returning: queries.filter((query) => reads(query, recollated) && !isOther(query)),
    other: queries.filter(isOther),
  };
}

function reads({ before, after }: ExaminedQuery, tables: { has(name: string): boolean }): boolean {
  return !isRefusal(after.described) && (before.plan?.accesses.some(({ table }) => tables.has(table)) ?? false);
}

function isOther({ before, after }: ExaminedQuery): boolean {
  if (isRefusal(before.described)) return false;
  if (isRefusal(after.described)) return true;
  const told = ({ columns, parameters, missing }: typeof before.described) =>
    JSON.stringify([columns, parameters, missing ?? []]);
  return told(before.described) !== told(after.described);
}

/** Whichever table it names: a view or a trigger may lead to one that has changed. */
function writes({ query, before, after }: ExaminedQuery): boolean {
  return !isRefusal(before.described) && !isRefusal(after.described) && WRITES.test(query.text);
}

/** The parser decides. */
const WRITES = /\b(insert|update|delete|merge)\b/i;

async function refusedRows(
  fresh: Session,
  after: Session,
  writing: readonly ExaminedQuery[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, { readonly table: string; readonly refused: Refusal }>> {
  const typed = writing.flatMap(({ query, before }) =>
    isRefusal(before.described) ? [] : [{ query, parameters: before.described.parameters }],
  );
  const trials = await sampleRows(fresh, typed, scope);
  const is = await tryRows(after, trials, scope);
  // Whatever the schema before the release says: what the one after it accepts is no finding.
  const doubted = trials.filter(({ query }) => newRefusal([], is.get(query) ?? []) !== null);
  const was = await tryRows(fresh, doubted, scope);
  return new Map(
    doubted.flatMap(({ query, table }) => {
      const refused = newRefusal(was.get(query) ?? [], is.get(query) ?? []);
      return refused ? [[query, { table, refused }] as const] : [];
    }),
  );
}

async function releasedAgain({ clones, input, scope }: Around, fresh: WorkingClone, { other, returning }: Todo) {
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
