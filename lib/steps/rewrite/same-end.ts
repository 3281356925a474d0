import { CatalogIndex } from "../../core/catalog/lookup.js";
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
  const otherOrder = compared.verdict === "order";
  const equal = compared.verdict !== "differs";
  if (equal || !compared.schemaEqual) return { equal, otherOrder, differences: compared.differences, undetermined: [] };
  const tables = changedTables(plan.state, original.state, input.numbered);
  const again = await clones.make("again");
  try {
    const run = await applyRelease(again, clones, input);
    const end = run.states.at(-1);
    const difference = compareStates(plan.state, original.state, input.numbered).differences;
    if (run.failure || !end || tables.length === 0)
      return { equal: false, otherOrder, differences: difference, undetermined: [] };
    return await byColumns({ plan, original, again: { working: again, state: end } }, tables, difference);
  } finally {
    await clones.drop(again);
  }
}

async function byColumns(
  { plan, original, again }: { readonly plan: Ended; readonly original: Ended; readonly again: Ended },
  tables: readonly string[],
  differences: readonly string[],
): Promise<SameEnd> {
  const sums = async ({ working, state }: Ended) => readColumnSums(working.session, state, tables, null);
  const [of, was, chance] = [await sums(plan), await sums(original), await sums(again)];
  const columns = tables.flatMap((table) =>
    [...(was.get(table) ?? [])].map(([column, sum]) => ({ table, column, sum })),
  );
  const undetermined = columns.filter(({ table, column, sum }) => chance.get(table)?.get(column) !== sum);
  const names = undetermined.map(({ table, column }) => `${table}.${column}`);
  const wrong = columns.filter(
    ({ table, column, sum }) => of.get(table)?.get(column) !== sum && !names.includes(`${table}.${column}`),
  );
  const sameRows = tables.every(
    (table) => plan.state.contents.get(table)?.rows === original.state.contents.get(table)?.rows,
  );
  const present = await samePresence(plan, original, undetermined);
  const onlyRows = differences.length === tables.length;
  const equal = wrong.length === 0 && undetermined.length > 0 && sameRows && present && onlyRows;
  return { equal, otherOrder: false, differences: equal ? [] : differences, undetermined: names };
}

/** Whether values that nobody can predict are at least present in as many rows. */
async function samePresence(
  plan: Ended,
  original: Ended,
  columns: readonly { table: string; column: string }[],
): Promise<boolean> {
  const index = new CatalogIndex(plan.state.catalog);
  for (const { table, column } of columns) {
    const found = index.catalog.objects.find(({ kind, id }) => kind === "table" && `${id.schema}.${id.name}` === table);
    if (!found) return false;
    const query = `select count(${identifier(column)})::text as present from ${qualified(found.id.schema, found.id.name)}`;
    const counts = await Promise.all(
      [plan, original].map(({ working }) => working.session.query<{ present: string }>(query)),
    );
    if (counts[0]?.[0]?.present !== counts[1]?.[0]?.present) return false;
  }
  return true;
}
