import type { TryRefusal } from "../../core/queries/row-refusal.js";
import type { WriteTarget } from "../../core/queries/write-target.js";
import { literal } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { asEachRole, type QueryScope } from "./as-each-role.js";
import type { RowTrial } from "./sample-rows.js";

/** A longer try says nothing. */
const LONGEST_TRY_MS = 2_000;

/** Each trial runs in a transaction that is rolled back: null for each accepted try, otherwise why it was refused. */
export async function tryRows(
  session: Session,
  trials: readonly RowTrial[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, readonly (TryRefusal | null)[]>> {
  const answers = new Map<WorkloadQuery, readonly (TryRefusal | null)[]>();
  if (trials.length === 0) return answers;
  const [deferred] = await session.query<{ some: boolean }>(DEFERRED);
  await asEachRole(
    session,
    trials,
    scope,
    ({ query }) => query.role,
    async ({ queries }) => {
      await session.script(`set local statement_timeout = ${LONGEST_TRY_MS}; savepoint tried`);
      const tables = { deferred: deferred?.some === true, distinguishing: new Map<string, readonly string[]>() };
      for (const trial of queries) answers.set(trial.query, await tryEach(session, trial, tables));
    },
  );
  return answers;
}

/** What is checked only at the commit unless asked for earlier: foreign keys, unique keys and triggers. */
const DEFERRED = "select exists (select from pg_trigger where tgdeferrable) as some";
const NAME = "schema_gate_tried";
const BACK = "rollback to savepoint tried";

interface Tables {
  readonly deferred: boolean;
  /** By constraint. */
  readonly distinguishing: Map<string, readonly string[]>;
}

/** Prepared once: ROLLBACK TO undoes what a try has written, and leaves what is prepared. */
async function tryEach(
  session: Session,
  { query, target, declared, tries }: RowTrial,
  { deferred, distinguishing }: Tables,
): Promise<readonly (TryRefusal | null)[]> {
  const types = declared.length === 0 ? "" : `(${declared.join(", ")})`;
  const refused = await refusalOf(() => session.execute(`prepare ${NAME}${types} as ${query.text}`));
  const path = `select pg_catalog.set_config('search_path', ${literal(session.path())}, true)`;
  const check = deferred ? ["set constraints all immediate"] : [];
  const scripts = tries.map((values) => {
    const given = values.map((value) => (value === null ? "null" : literal(value)));
    // The values are quoted for any setting, so they end no statement.
    const execute = `execute ${NAME}${given.length === 0 ? "" : `(${given.join(", ")})`}`;
    return [path, execute, ...check, BACK].join("; ");
  });
  const results: (TryRefusal | null)[] = [];
  // Hardly any row is refused, so all are tried at once first.
  if (refused === null && (await refusedIn(session, scripts.join("; "))) !== null)
    for (const script of scripts) {
      const refusal = await refusedIn(session, script);
      results.push(
        refusal && TAKEN.has(refusal.code) && refusal.constraint !== null && target.adds
          ? await orRepeated(session, refusal, target, distinguishing)
          : refusal,
      );
    }
  await session.script(`${BACK}; deallocate all`);
  return refused === null ? tries.map((_, at) => results[at] ?? null) : tries.map(() => refused);
}

async function refusedIn(session: Session, script: string): Promise<Refused | null> {
  const refusal = await refusalOf(() => session.script(script));
  if (refusal !== null) await session.script(BACK);
  return refusal;
}

type Refused = TryRefusal & { readonly constraint: string | null };

/** SQLSTATEs unique_violation and exclusion_violation. */
const TAKEN: ReadonlySet<string> = new Set(["23505", "23P01"]);

async function refusalOf(attempt: () => Promise<unknown>): Promise<Refused | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return { code: error.code, message: error.message, constraint: error.constraint };
  }
}

/** Whether another row would be refused too: the columns by which the constraint tells rows apart take none of the query's values. */
async function orRepeated(
  session: Session,
  refusal: Refused,
  { given }: WriteTarget,
  known: Tables["distinguishing"],
): Promise<TryRefusal> {
  if (given === null) return { ...refusal, repeated: true };
  const name = refusal.constraint ?? "";
  const columns =
    known.get(name) ?? (await session.query<{ name: string }>(DISTINGUISHING, [name])).map((row) => row.name);
  known.set(name, columns);
  const same = columns.length > 0 && columns.every((column) => !given.has(column));
  return same ? refusal : { ...refusal, repeated: true };
}

/** Columns of an index, also inside its expressions. `$1` is the index as the error names it. */
const DISTINGUISHING = `
select distinct a.attname::text as name
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum > 0
 where i.indexrelid = to_regclass($1)
   and (a.attnum = any (i.indkey) or exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
          and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))`;
