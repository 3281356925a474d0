import { freshValue, plainValue } from "../../core/queries/plain-value.js";
import type { TryRefusal } from "../../core/queries/row-refusal.js";
import { type WriteTarget, writeTarget } from "../../core/queries/write-target.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { asEachRole, type QueryScope } from "./as-each-role.js";

/** A writing query, with values for its parameters from rows that the tenant has. */
export interface RowTrial {
  readonly query: WorkloadQuery;
  /** `schema.table` */
  readonly table: string;
  readonly target: WriteTarget;
  /** Types of the parameters, as the server names them; empty if the client leaves them to the server. */
  readonly declared: readonly string[];
  /** One list for each try; the text of each value, null for NULL. The last try's values are made up. */
  readonly tries: readonly (readonly (string | null)[])[];
}

const MOST_TRIES = 5;
/** A longer try says nothing. */
const LONGEST_TRY_MS = 2_000;

/** Finds such values before the release. Queries that write no table of the database are left out. `round`: other new keys for each. */
export async function sampleRows(
  session: Session,
  queries: readonly Sampled[],
  scope: QueryScope,
  round = 0,
): Promise<readonly RowTrial[]> {
  const trials: RowTrial[] = [];
  const read = new Map<string, Rows>();
  for (const { query, parameters, target, place } of await placed(session, queries, scope)) {
    // A text that takes no value from a row does the same each time.
    const rows = target.columns.size > 0 ? await once(read, place.name, () => rowsOf(session, place)) : [];
    const names = Object.keys(rows[0] ?? {});
    const columnAt = (at: number) => {
      const column = target.columns.get(at + 1);
      return (typeof column === "number" ? names[column] : column) ?? "";
    };
    const tries = rows.map((row) => parameters.map((_, at) => row[columnAt(at)] ?? null));
    const [first] = tries;
    // With the key of an existing row, nothing is seen of what is checked after it.
    if (target.adds && first)
      tries.push(
        first.map((value, at) => (place.keys.has(columnAt(at)) ? freshValue(parameters[at] ?? "", round) : value)),
      );
    // Left-out columns show even if the table is empty.
    const declared = query.parameters === null ? [] : parameters;
    trials.push({ query, table: place.name, target, declared, tries: [...tries, parameters.map(plainValue)] });
  }
  return trials;
}

interface Sampled {
  readonly query: WorkloadQuery;
  readonly parameters: readonly string[];
}

/** Where each of them writes, as its role sees it; the rows are then read as our own. */
async function placed(session: Session, queries: readonly Sampled[], scope: QueryScope) {
  const found: (Sampled & { readonly target: WriteTarget; readonly place: Place })[] = [];
  await asEachRole(
    session,
    queries,
    scope,
    ({ query }) => query.role,
    async ({ queries: own }) => {
      const places = new Map<string, Place | null>();
      for (const each of own) {
        const target = writeTarget(each.query.text);
        const name = target && qualified(target.schema, target.table);
        const place = name && (await once(places, name, () => placeOf(session, target)));
        if (target && place) found.push({ ...each, target, place });
      }
    },
  );
  return found;
}

async function once<T>(known: Map<string, T>, name: string, read: () => Promise<T>): Promise<T> {
  const value = known.has(name) ? (known.get(name) as T) : await read();
  known.set(name, value);
  return value;
}

interface Place {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** False for a view and a foreign table, which store no rows. */
  readonly stored: boolean;
  /** Columns whose values no two rows share, alone or together. */
  readonly keys: ReadonlySet<string>;
}

async function placeOf(session: Session, { schema, table }: WriteTarget): Promise<Place | null> {
  const [found] = await session.execute<{ schema: string; kind: string; keys: readonly string[] }>(
    `select n.nspname as schema, c.relkind::text as kind,
            array(select a.attname::text from pg_catalog.pg_index i join pg_catalog.pg_attribute a
                      on a.attrelid OPERATOR(pg_catalog.=) i.indrelid and a.attnum OPERATOR(pg_catalog.=) any (i.indkey)
                   where i.indrelid OPERATOR(pg_catalog.=) c.oid and (i.indisunique or i.indisexclusion)) as keys
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid OPERATOR(pg_catalog.=) c.relnamespace
      where c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(${literal(qualified(schema, table))})`,
  );
  if (!found) return null;
  const { schema: home, kind, keys } = found;
  const stored = kind === "r" || kind === "p";
  return { schema: home, table, name: `${home}.${table}`, stored, keys: new Set(keys) };
}

type Rows = readonly Readonly<Record<string, string | null>>[];

async function rowsOf(session: Session, { schema, table, stored }: Place): Promise<Rows> {
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
  const results: (TryRefusal | null)[] = [];
  const path = `select pg_catalog.set_config('search_path', ${literal(session.path())}, true)`;
  const check = deferred ? ["set constraints all immediate"] : [];
  if (refused === null)
    for (const values of tries) {
      const given = values.map((value) => (value === null ? "null" : literal(value)));
      const execute = `execute ${NAME}${given.length === 0 ? "" : `(${given.join(", ")})`}`;
      // The values are quoted for any setting, so they end no statement.
      const refusal = await refusalOf(() => session.script([path, execute, ...check, BACK].join("; ")));
      if (refusal !== null) await session.script(BACK);
      results.push(
        refusal?.constraint && target.adds ? await orRepeated(session, refusal, target, distinguishing) : refusal,
      );
    }
  await session.script(`${BACK}; deallocate all`);
  return refused === null ? results : tries.map(() => refused);
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
    return { code: error.code, message: error.message, constraint: TAKEN.has(error.code) ? error.constraint : null };
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
  const columns = await once(known, refusal.constraint ?? "", async () => {
    const rows = await session.query<{ name: string }>(DISTINGUISHING, [refusal.constraint]);
    return rows.map(({ name }) => name);
  });
  const same = columns.length > 0 && columns.every((name) => !given.has(name));
  return same ? refusal : { ...refusal, repeated: true };
}

/** Columns of an index, also inside its expressions. `$1` is the index as the error names it. */
const DISTINGUISHING = `
select distinct a.attname::text as name
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum > 0
 where i.indexrelid = to_regclass($1)
   and (a.attnum = any (i.indkey) or exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
          and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))`;
