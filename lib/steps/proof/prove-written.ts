import { numberedBefore } from "../../core/backfill/numbered-columns.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { allowedByRelease, stoppingRows } from "../../core/probes/stopping-rows.js";
import { shortList } from "../../core/short-list.js";
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

/** What the proof needs that a rollback loses nothing which an application has written since. */
interface ToWrite {
  readonly last: State;
  readonly index: CatalogIndex;
  readonly writables: readonly Writable[];
  /** Null where there is nothing to write. */
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
  const writables = writablesOf(asideOf(rollbacks), index);
  return { last, index, writables, working: writables.length === 0 ? null : clones.begin("written") };
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
  { index, writables }: ToWrite,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<readonly Finding[]> {
  for (const [at, migration] of input.migrations.entries())
    await up(working.session, input, migration, rollbacks[at]?.candidate?.keep ?? []);
  if (asideOf(rollbacks).some(({ fit }) => fit.statements.length > 0)) {
    const unwritten = await backUnwritten(working, input, run, rollbacks);
    if (unwritten !== null) return [unwritten];
  }
  const written = await writeAsApplication(working.session, index, writables, input.schema);
  return written === 0 ? [] : backAndAgain(working, input, run, rollbacks, writables);
}

/**
 * Back and up again before anything is written: values that were changed to fit an earlier type must be those that the release had put there, or the
 * rollback would lose what it had overwritten. The proof of each migration does not put anything aside. Null if the state is the one before.
 */
async function backUnwritten(
  { session }: WorkingClone,
  input: ProveOnClone,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<Finding | null> {
  const [first] = run.states;
  const refusal = await back(session, input, rollbacks);
  if (refusal !== null || !first) return refusal;
  const now = await readState(session, input.schema, input.numbered);
  const { verdict, differences } = compareStates(now, first, numberedBefore(input.migrations, 0));
  if (verdict === "differs") return overwritten(differences);
  const failure = await failureAgain(session, input, rollbacks);
  return failure === null ? null : refused("the release", failure);
}

async function backAndAgain(
  working: WorkingClone,
  input: ProveOnClone,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
  writables: readonly Writable[],
): Promise<readonly Finding[]> {
  const { session } = working;
  const { schema } = input;
  for (const [at, writable] of writables.entries()) await session.script(bindSchemas(noteValues(writable, at), schema));
  const refusal = await back(session, input, rollbacks);
  if (refusal !== null) return [refusal];
  const [first] = run.states;
  const now = await readState(session, schema);
  if (first && !isSameSchema(now.catalog, first.catalog))
    return [refused("the release", "the schema that it leads to is not the one before")];
  const lost: Finding[] = [];
  const failure = await failureAgain(session, input, rollbacks);
  for (const [at, writable] of writables.entries()) {
    const missing = (await missingValues(session, writable, at, schema)) ?? (await notedRows(session, at));
    if (missing === 0) continue;
    if (!(await isInCopy(session, writable, rollbacks, schema))) lost.push(gone(writable, missing));
    else lost.push(failure === null ? inCopy(writable, missing) : notAgain(writable, failure));
  }
  return lost;
}

/** The whole release; what stopped it. */
async function back(
  session: Session,
  input: ProveOnClone,
  rollbacks: readonly ProvedRollback[],
): Promise<Finding | null> {
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
      return refused(migration.version, describeFailure(error));
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

function refused(version: string, reason: string): Finding {
  return {
    code: "rollback.written-refused",
    gate: "rollback",
    severity: "warning",
    subject: { kind: "migration", name: version },
    message: `Once an application has written with ${version}, its way back may stop, and change nothing: ${reason}.`,
    remedy: {
      text: "Write a down migration that says what happens to such values, or roll back before they are written.",
    },
  };
}

function overwritten(differences: readonly string[]): Finding {
  return {
    code: "rollback.written-lost",
    gate: "rollback",
    severity: "error",
    subject: { kind: "release", name: "the release" },
    message: `What the release overwrites would not come back once its way back puts aside what an earlier type refuses: ${shortList(differences, 3, "; ")}`,
    remedy: { text: "Convert the column in one migration and write its rows in another, or write a down migration." },
  };
}

function inCopy({ table }: Writable, missing: number): Finding {
  return {
    code: "rollback.written-stays",
    gate: "rollback",
    severity: "note",
    subject: { kind: "table", name: tableName(table) },
    message: `What is written to ${tableName(table)} is put aside by a rollback, but ${plural(missing, "row")} could not be restored when the release ran again: they stay in their copy (schema-gate kept list).`,
  };
}

function notAgain({ table }: Writable, reason: string): Finding {
  return {
    code: "rollback.written-stays",
    gate: "rollback",
    severity: "note",
    subject: { kind: "table", name: tableName(table) },
    message: `What is written to ${tableName(table)} stays in its copy after a rollback (schema-gate kept list): the release does not run again over such rows: ${reason}.`,
  };
}

function gone({ table }: Writable, missing: number): Finding {
  return {
    code: "rollback.written-lost",
    gate: "rollback",
    severity: "error",
    subject: { kind: "table", name: tableName(table) },
    message: `${plural(missing, "row")} that an application wrote to ${tableName(table)} since the release would be lost by its way back.`,
    remedy: { text: "Write a down migration that keeps them." },
  };
}
