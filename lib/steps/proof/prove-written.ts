import { numberedBefore } from "../../core/backfill/numbered-columns.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import { allowedByRelease, stoppingRows } from "../../core/probes/stopping-rows.js";
import { NO_ACCEPTANCES } from "../../core/rollback/loss-acceptance.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { SetAside } from "../../core/undo/keep/aside.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { applyRollback } from "../migration/apply-rollback.js";
import { up } from "./apply-on-clone.js";
import type { Clones, WorkingClone } from "./clones.js";
import type { ProveOnClone } from "./input.js";
import type { ProvedRollback } from "./proof.js";
import type { AppliedRelease } from "./run-release.js";
import { compareStates, isSameSchema, readState, type State, tableName } from "./state.js";
import { describeFailure } from "./try-candidate.js";
import { type Writable, writeAsApplication } from "./write-as-application.js";
import { elsewhere, gone, inCopy, notAgain, overwritten, refused, stopped, stuck } from "./written-findings.js";

/** What the proof needs that a rollback loses nothing which an application has written since. */
interface ToWrite {
  readonly clones: Clones;
  readonly last: State;
  readonly index: CatalogIndex;
  readonly writables: readonly Writable[];
  /** Null where nothing is put aside. */
  readonly working: Promise<WorkingClone> | null;
}

/** Begins to make the clone, so that it is there by the time the release has run again on the other one. Null if nothing is to be proved. */
export function beginWritten(
  clones: Clones,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): ToWrite | null {
  const last = run.states.at(-1);
  if (!last || rollbacks.some(({ candidate }) => candidate === null)) return null;
  const index = new CatalogIndex(last.catalog);
  const aside = asideOf(rollbacks);
  const working = aside.length === 0 ? null : clones.begin("written");
  return { clones, last, index, writables: writablesOf(aside, index), working };
}

/**
 * Proves on a clone that a rollback loses nothing that an application has written since: up, rows into every new table, column and wider
 * type, back, and up again, with each value in place or in its copy.
 */
export async function proveWritten(
  input: ProveOnClone,
  toWrite: ToWrite | null,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<readonly Finding[]> {
  if (!toWrite) return [];
  const { last, working } = toWrite;
  const stopped = stoppedFindings(rollbacks, last);
  return working === null ? stopped : [...stopped, ...(await proveOn(await working, input, toWrite, run, rollbacks))];
}

function asideOf(rollbacks: readonly ProvedRollback[]): readonly SetAside[] {
  return rollbacks.flatMap(({ candidate }) => candidate?.aside ?? []);
}

/** What the release allows and the rollback makes again. */
function stoppedFindings(rollbacks: readonly ProvedRollback[], last: State): readonly Finding[] {
  const ways = rollbacks.flatMap(({ version, candidate }) => (candidate ? [{ version, candidate }] : [])).toReversed();
  const found = allowedByRelease(stoppingRows(ways, last.catalog), last.catalog);
  const meanings = new Map(
    found.map(({ version, query: { meaning } }) => [`${version} ${meaning}`, { version, meaning }]),
  );
  return [...meanings.values()].map(({ version, meaning }) => refused(version, `there may be ${meaning}`));
}

async function proveOn(
  working: WorkingClone,
  input: ProveOnClone,
  { clones, index, writables }: ToWrite,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<readonly Finding[]> {
  const fits = asideOf(rollbacks).some(({ fit }) => fit.statements.length > 0);
  await upAll(working, input, rollbacks);
  const early = fits ? await backUnwritten(working, input, run, rollbacks) : null;
  if (early !== null) return [early];
  const written = await writeAsApplication(working.session, index, writables, input.schema);
  const outcome = written === 0 ? UNTRIED : await backAndAgain(working, input, run, rollbacks, writables);
  if (outcome.runs || fits) return outcome.findings;
  // What stops without anything written is no way back, and is not known yet where nothing is made to fit.
  const fresh = await clones.make("unwritten");
  await upAll(fresh, input, rollbacks);
  const always = await backUnwritten(fresh, input, run, rollbacks);
  return always === null ? outcome.findings : [always];
}

interface Outcome {
  readonly findings: readonly Finding[];
  /** Whether the way back, and the release after it, ran to their end. */
  readonly runs: boolean;
}

const UNTRIED: Outcome = { findings: [], runs: false };

/** The release, with what its ways back keep. */
async function upAll(
  { session }: WorkingClone,
  input: ProveOnClone,
  rollbacks: readonly ProvedRollback[],
): Promise<void> {
  for (const [at, migration] of input.migrations.entries())
    await up(session, input, migration, rollbacks[at]?.candidate?.keep ?? []);
}

/**
 * Back and up again before anything is written: values that were changed to fit an earlier type must be those that the release had put there, or the
 * rollback would lose what it had overwritten. The proof of each migration does not put anything aside, so only here does it show whether the way
 * back still runs when it does. Null if it leads to the state before, and the release runs again.
 */
async function backUnwritten(
  { session }: WorkingClone,
  input: ProveOnClone,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<Finding | null> {
  const [first] = run.states;
  const stop = await back(session, input, rollbacks);
  if (stop !== null) return stopped(stop.version, stop.error, input.acceptances ?? NO_ACCEPTANCES);
  if (!first) return null;
  const now = await readState(session, input.schema, input.numbered);
  const { verdict, differences } = compareStates(now, first, numberedBefore(input.migrations, 0));
  if (verdict === "differs") return overwritten(differences);
  const failure = await failureAgain(session, input, rollbacks);
  return failure === null ? null : stuck(failure);
}

async function backAndAgain(
  working: WorkingClone,
  input: ProveOnClone,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
  writables: readonly Writable[],
): Promise<Outcome> {
  const { session } = working;
  const { schema } = input;
  for (const [at, writable] of writables.entries()) await session.script(bindSchemas(noteValues(writable, at), schema));
  const stop = await back(session, input, rollbacks);
  if (stop !== null) return { findings: [refused(stop.version, describeFailure(stop.error))], runs: false };
  const [first] = run.states;
  const now = await readState(session, schema);
  if (first && !isSameSchema(now.catalog, first.catalog))
    return { findings: [elsewhere(compareStates(now, first).differences)], runs: true };
  const lost: Finding[] = [];
  const failure = await failureAgain(session, input, rollbacks);
  for (const [at, writable] of writables.entries()) {
    const missing = (await missingValues(session, writable, at, schema)) ?? (await notedRows(session, at));
    if (missing === 0) continue;
    if (!(await isInCopy(session, writable, rollbacks, schema))) lost.push(gone(writable, missing));
    else lost.push(failure === null ? inCopy(writable, missing) : notAgain(writable, failure));
  }
  return { findings: lost, runs: failure === null };
}

/** Takes the whole release back; null if nothing stopped it. */
async function back(
  session: Session,
  input: ProveOnClone,
  rollbacks: readonly ProvedRollback[],
): Promise<{ readonly version: string; readonly error: DatabaseError } | null> {
  const { schema, settings, clock, keepLimit } = input;
  const limit = keepLimit === undefined ? {} : { keepLimit };
  for (const [at, migration] of [...input.migrations.entries()].reverse()) {
    const candidate = rollbacks[at]?.candidate;
    if (!candidate) return null;
    const previous = input.migrations[at - 1] ?? null;
    try {
      await applyRollback(session, { migration, previous, candidate, ledger: null, settings, schema, clock, ...limit });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return { version: migration.version, error };
    }
  }
  return null;
}

/** Why the release does not run again over the rows that exist by then; null if it does. */
async function failureAgain(
  session: Session,
  input: ProveOnClone,
  rollbacks: readonly ProvedRollback[],
): Promise<string | null> {
  try {
    for (const [at, migration] of input.migrations.entries()) {
      const { keep = [], aside = [] } = rollbacks[at]?.candidate ?? {};
      await up(session, input, migration, keep, { aside });
    }
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return describeFailure(error);
  }
}

/** Tables and columns that would be put aside, by their names after the whole release. */
function writablesOf(aside: readonly SetAside[], index: CatalogIndex): readonly Writable[] {
  const found = new Map<string, { table: TableRef; columns: string[] }>();
  for (const { table, column } of aside.flatMap(({ takes }) => takes)) {
    if (!index.table(table) || (column !== null && !index.column(table, column))) continue;
    const key = tableName(table);
    const entry = found.get(key) ?? { table, columns: [] };
    const all = index.columns(table).filter(({ attributes }) => attributes.generated === "");
    entry.columns.push(...(column === null ? all.map(({ id }) => id.name) : [column]));
    found.set(key, entry);
  }
  return [...found.values()];
}

function values({ table, columns }: Writable): string {
  const list = columns.map((column) => `t.${identifier(column)}`).join(", ");
  return `select row(${list})::text as values from ${qualified(table.schema, table.name)} t`;
}

function noteValues(writable: Writable, at: number): string {
  return `create temporary table written_since_${at} as ${values(writable)}`;
}

async function notedRows(session: Session, at: number): Promise<number> {
  const [row] = await session.query<{ rows: string }>(`select count(*)::text as rows from written_since_${at}`);
  return Number(row?.rows ?? 0);
}

/** Rows whose values are no longer in place; null where the release, which did not run to its end again, has not made the columns. */
async function missingValues(
  session: Session,
  writable: Writable,
  at: number,
  schema: string | null,
): Promise<number | null> {
  const query = `select count(*)::text as missing from (table written_since_${at} except all ${values(writable)}) m`;
  try {
    const [row] = await session.query<{ missing: string }>(bindSchemas(query, schema));
    return Number(row?.missing ?? 0);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return null;
  }
}

async function isInCopy(
  session: Session,
  { table }: Writable,
  rollbacks: readonly ProvedRollback[],
  schema: string | null,
): Promise<boolean> {
  const copies = rollbacks
    .flatMap(({ candidate }) => candidate?.aside ?? [])
    .filter(({ takes }) => takes.some((each) => tableName(each.table) === tableName(table)));
  for (const { again } of copies) {
    const name = bindSchemas(qualified(OWN_SCHEMA, again.copy), schema);
    const [row] = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [name]);
    if (row?.there) return true;
  }
  return false;
}
