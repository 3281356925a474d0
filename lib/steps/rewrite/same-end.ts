import { identifier, qualified } from "../../core/sql/quote.js";
import type { Clones, WorkingClone } from "../proof/clones.js";
import { readColumnSums } from "../proof/column-sums.js";
import type { ProveOnClone } from "../proof/input.js";
import { applyRelease } from "../proof/run-release.js";
import { changedTables, compareStates, type State } from "../proof/state.js";

/** A clone and what happened on it. */
export interface Ended {
  readonly working: WorkingClone;
  readonly state: State;
}

export interface SameEnd {
  readonly equal: boolean;
  /** The same except for the order of columns. */
  readonly otherOrder: boolean;
  /** One sentence each. */
  readonly differences: readonly string[];
  /** Columns whose values differ between two runs of the original itself, so that only their presence was compared. */
  readonly undetermined: readonly string[];
}

/**
 * Whether two clones ended with the same schema and the same rows. If rows differ, the original runs once more, to find out which
 * differences are chance.
 */
export async function sameEnd(plan: Ended, original: Ended, clones: Clones, input: ProveOnClone): Promise<SameEnd> {
  const compared = compareStates(plan.state, original.state, input.numbered);
  const { differences } = compared;
  const otherOrder = compared.verdict === "order";
  const equal = compared.verdict !== "differs";
  const tables = changedTables(plan.state, original.state, input.numbered);
  const onlyRows = compared.schemaEqual && differences.length === tables.length;
  if (equal || !onlyRows) return { equal, otherOrder, differences, undetermined: [] };
  const again = await clones.make("again");
  try {
    const run = await applyRelease(again, clones, input);
    const state = run.states.at(-1);
    if (run.failure || !state) return { equal: false, otherOrder, differences, undetermined: [] };
    const beyond = await beyondChance({ plan, original, again: { working: again, state } }, tables);
    const same = beyond.tables.length === 0;
    return { equal: same, otherOrder: false, differences: same ? [] : differences, undetermined: beyond.undetermined };
  } finally {
    await clones.drop(again);
  }
}

/** Of tables whose rows differ: those in which more differs than between two runs of the original, and columns that differ there. */
export async function beyondChance(
  { plan, original, again }: { readonly plan: Ended; readonly original: Ended; readonly again: Ended },
  tables: readonly string[],
): Promise<{ readonly tables: readonly string[]; readonly undetermined: readonly string[] }> {
  const sums = async ({ working, state }: Ended) => readColumnSums(working.session, state, tables, null);
  const [of, was, chance] = [await sums(plan), await sums(original), await sums(again)];
  const beyond: string[] = [];
  const undetermined: string[] = [];
  for (const table of tables) {
    const columns = [...(was.get(table) ?? [])];
    const unsure = columns.filter(([column, sum]) => chance.get(table)?.get(column) !== sum).map(([column]) => column);
    const isWrong = columns.some(([column, sum]) => of.get(table)?.get(column) !== sum && !unsure.includes(column));
    const sameRows = plan.state.contents.get(table)?.rows === original.state.contents.get(table)?.rows;
    const present = await samePresence(plan, original, table, unsure);
    if (isWrong || unsure.length === 0 || !sameRows || !present) beyond.push(table);
    undetermined.push(...unsure.map((column) => `${table}.${column}`));
  }
  return { tables: beyond, undetermined };
}

/** Whether values that nobody can predict are at least present in as many rows. */
async function samePresence(plan: Ended, original: Ended, table: string, columns: readonly string[]): Promise<boolean> {
  const found = plan.state.catalog.objects.find(
    ({ kind, id }) => kind === "table" && `${id.schema}.${id.name}` === table,
  );
  if (!found) return false;
  for (const column of columns) {
    const query = `select count(${identifier(column)})::text as present from ${qualified(found.id.schema, found.id.name)}`;
    const counts = await Promise.all(
      [plan, original].map(({ working }) => working.session.query<{ present: string }>(query)),
    );
    if (counts[0]?.[0]?.present !== counts[1]?.[0]?.present) return false;
  }
  return true;
}
