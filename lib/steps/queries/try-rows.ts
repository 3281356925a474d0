import type { Refusal } from "../../core/queries/description.js";
import { plainValue } from "../../core/queries/plain-value.js";
import { type WriteTarget, writeTarget } from "../../core/queries/write-target.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { QueryScope } from "./describe-queries.js";

/** A writing query, with values for its parameters from rows that the tenant has. */
export interface RowTrial {
  readonly query: WorkloadQuery;
  /** `schema.table` */
  readonly table: string;
  /** Types of the parameters, as the server names them; empty if the client leaves them to the server. */
  readonly declared: readonly string[];
  /** One list for each try; the text of each value, null for NULL. The last try's values are made up. */
  readonly tries: readonly (readonly (string | null)[])[];
}

const MOST_TRIES = 5;
/** A longer try says nothing. */
const LONGEST_TRY_MS = 2_000;

/** Finds such values before the release. Queries that write no table of the database are left out. */
export async function sampleRows(
  session: Session,
  queries: readonly { readonly query: WorkloadQuery; readonly parameters: readonly string[] }[],
  scope: QueryScope,
): Promise<readonly RowTrial[]> {
  session.lookUpIn(scope.schema, scope.shared);
  const trials: RowTrial[] = [];
  for (const { query, parameters } of queries) {
    const target = writeTarget(query.text);
    const place = target && (await placeOf(session, target));
    if (!target || !place) continue;
    // A text that takes no value from a row does the same each time.
    const rows = target.columns.size > 0 ? await rowsOf(session, place) : [];
    const names = Object.keys(rows[0] ?? {});
    const tries = rows.map((row) =>
      parameters.map((_, at) => {
        const column = target.columns.get(at + 1);
        return (typeof column === "number" ? row[names[column] ?? ""] : row[column ?? ""]) ?? null;
      }),
    );
    // Left-out columns show even if the table is empty.
    const declared = query.parameters === null ? [] : parameters;
    trials.push({ query, table: place.name, declared, tries: [...tries, parameters.map(plainValue)] });
  }
  return trials;
}

interface Place {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** False for a view and a foreign table, which store no rows. */
  readonly stored: boolean;
}

async function placeOf(session: Session, { schema, table }: WriteTarget): Promise<Place | null> {
  const [found] = await session.execute<{ schema: string; kind: string }>(
    `select n.nspname as schema, c.relkind::text as kind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid OPERATOR(pg_catalog.=) c.relnamespace
      where c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(${literal(qualified(schema, table))})`,
  );
  if (!found) return null;
  const { schema: home, kind } = found;
  return { schema: home, table, name: `${home}.${table}`, stored: kind === "r" || kind === "p" };
}

async function rowsOf(
  session: Session,
  { schema, table, stored }: Place,
): Promise<readonly Record<string, string | null>[]> {
  const columns = await session.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum",
    [qualified(schema, table)],
  );
  const list = columns.map(({ name }) => `${identifier(name)}::text as ${identifier(name)}`).join(", ");
  return session.query<Record<string, string | null>>(
    `select ${list} from ${qualified(schema, table)}${stored ? " order by ctid desc" : ""} limit ${MOST_TRIES}`,
  );
}

/** Each trial runs in a transaction that is rolled back: null for each accepted try, otherwise why it was refused. */
export async function tryRows(
  session: Session,
  trials: readonly RowTrial[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, readonly (Refusal | null)[]>> {
  const answers = new Map<WorkloadQuery, readonly (Refusal | null)[]>();
  if (trials.length === 0) return answers;
  session.lookUpIn(scope.schema, scope.shared);
  const [deferred] = await session.query<{ some: boolean }>(DEFERRED);
  await session.script(`begin; set local statement_timeout = ${LONGEST_TRY_MS}; savepoint tried`);
  try {
    for (const trial of trials) answers.set(trial.query, await tryEach(session, trial, deferred?.some === true));
  } finally {
    await session.script("rollback");
    await session.script("deallocate all");
  }
  return answers;
}

/** What is checked only at the commit unless asked for earlier: foreign keys, unique keys and triggers. */
const DEFERRED = "select exists (select from pg_trigger where tgdeferrable) as some";
const NAME = "schema_gate_tried";

/** Prepared once: ROLLBACK TO undoes what a try has written, and leaves what is prepared. */
async function tryEach(
  session: Session,
  { query, declared, tries }: RowTrial,
  deferred: boolean,
): Promise<readonly (Refusal | null)[]> {
  const types = declared.length === 0 ? "" : `(${declared.join(", ")})`;
  const refused = await refusalOf(() => session.execute(`prepare ${NAME}${types} as ${query.text}`));
  const results: (Refusal | null)[] = [];
  if (refused === null)
    for (const values of tries) {
      const given = values.map((value) => (value === null ? "null" : literal(value)));
      const attempt = async () => {
        await session.execute(`execute ${NAME}${given.length === 0 ? "" : `(${given.join(", ")})`}`);
        if (deferred) await session.execute("set constraints all immediate");
      };
      results.push(await refusalOf(attempt));
      await session.script("rollback to savepoint tried");
    }
  await session.script("rollback to savepoint tried; deallocate all");
  return refused === null ? results : tries.map(() => refused);
}

async function refusalOf(attempt: () => Promise<unknown>): Promise<Refusal | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || /^(08|53|57P|58)/.test(error.code)) throw error;
    return { code: error.code, message: error.message };
  }
}
