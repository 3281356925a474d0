import { CatalogIndex } from "../../core/catalog/lookup.js";
import type { Migration } from "../../core/migration/release.js";
import { effectsOf, operationsOfText } from "../../core/operations/index.js";
import { commandOf } from "../../core/rollback/command-statement.js";
import type { DerivedChange } from "../../core/rollback/observation.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";
import type { CapturedSchema, SchemaDifference } from "../../ports/schema-difference.js";
import { readProgress } from "../migration/progress.js";
import { up } from "./apply-on-clone.js";
import { changesBetween, readSnapshot } from "./backend-snapshot.js";
import type { Clones, WorkingClone } from "./clones.js";
import { deriveChange } from "./derive-change.js";
import type { ProveOnClone } from "./input.js";
import type { HeldLock, ProvedStatement } from "./proof.js";
import type { Step } from "./run-release.js";
import { readState, type State, tableName } from "./state.js";
import { watchLocks } from "./watch-locks.js";

/** Runs a team's own program on the clone, watches its sessions from one of ours, and finds out what it did. */
export async function applyCommand(
  working: WorkingClone,
  clones: Clones,
  input: ProveOnClone,
  migration: Migration,
  states: readonly State[],
): Promise<Step> {
  const { session } = working;
  const { difference, schema, clock } = input;
  // Our own objects are not part of the change, so they exist on both sides.
  await readProgress(session, migration.version, schema);
  const capturedBefore = await captured(difference, session);
  const was = await readSnapshot(session);
  const scannedBefore = await rowsScanned(session);
  const watcher = await clones.connect(working.clone);
  const start = clock.monotonic();
  const { result, locks } = await watchLocks(watcher, [session.backend], clock, () =>
    up(session, input, migration, []),
  );
  const ms = clock.monotonic() - start;
  await watcher.close();
  if (result.status === "rejected") return failed(migration, result.reason);
  const { output } = result.value;
  const state = await readState(session, schema, input.numbered);
  const before = states.at(-1);
  if (!before) throw new Error("the state before the command was not read");
  const capturedAfter = capturedBefore && (await captured(difference, session));
  const derived: DerivedChange = await deriveChange(clones, input, migration, {
    session,
    captured: capturedBefore && capturedAfter && { before: capturedBefore, after: capturedAfter },
    before,
    after: state,
    earlier: input.migrations.slice(0, states.length - 1),
  });
  const changes = changesBetween(was, await readSnapshot(session));
  const statement = provedCommand(migration, derived, { locks: held(locks, before), rewrites: changes.rewrites, ms });
  const scans = scannedSince(scannedBefore, await rowsScanned(session));
  const observed = { version: migration.version, statements: [], after: state.catalog, derived };
  return { statements: [{ ...statement, scans }], reached: { state, observed }, failure: null, output };
}

/** Null without a generator, and on a server that it does not know. */
async function captured(difference: SchemaDifference | null, session: Session): Promise<CapturedSchema | null> {
  try {
    return difference && (await difference.capture(session));
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return null;
  }
}

function failed(migration: Migration, error: unknown): Step {
  if (!(error instanceof DatabaseError)) throw error;
  const output = error instanceof MigratorFailed ? error.output : null;
  return { statements: [], reached: null, failure: { migration, statement: null, error }, output };
}

/** A table that did not exist before disturbs nobody. */
function held(locks: readonly HeldLock[], before: State): readonly HeldLock[] {
  const known = new Set(
    before.catalog.objects.flatMap(({ kind, id }) =>
      kind === "table" || kind === "materialized view" ? [tableName({ schema: id.schema ?? "", name: id.name })] : [],
    ),
  );
  return locks.filter(({ table }) => known.has(table));
}

function provedCommand(
  migration: Migration,
  derived: DerivedChange,
  seen: Pick<ProvedStatement, "locks" | "rewrites" | "ms">,
): ProvedStatement {
  const { sql, source, index } = commandOf(migration);
  const predicted = derived.statements.flatMap((statement, at) => {
    const before = derived.observations[at]?.before;
    if (!before) return [];
    return operationsOfText(statement).flatMap((operation) => effectsOf(operation, new CatalogIndex(before)).locks);
  });
  return {
    migration: migration.version,
    index,
    sql,
    source,
    transactionality: "outside",
    startMs: 0,
    ...seen,
    predicted,
    kept: [],
    scans: [],
    written: derived.written.map((table) => ({ table: tableName(table), inserted: 0, updated: 0, deleted: 0 })),
  };
}

/** Rows read in sequential scans since the statistics began, by table. A backend reports them when it ends. */
async function rowsScanned(session: Session): Promise<ReadonlyMap<string, number>> {
  const rows = await session.query<{ schema: string; name: string; read: string }>(
    `select schemaname as schema, relname as name, seq_tup_read::text as read from pg_catalog.pg_stat_user_tables`,
  );
  return new Map(rows.map((row) => [tableName(row), Number(row.read)]));
}

function scannedSince(was: ReadonlyMap<string, number>, is: ReadonlyMap<string, number>): ProvedStatement["scans"] {
  return [...is].flatMap(([table, read]) => {
    const rows = read - (was.get(table) ?? 0);
    return was.has(table) && rows > 0 ? [{ table, rows }] : [];
  });
}
