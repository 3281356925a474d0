import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import type { MigratorCommand } from "../../core/migration/migrator-command.js";
import { PROGRAM_SINCE } from "../../core/migration/program-sessions.js";
import { qualified } from "../../core/sql/quote.js";
import type { KeepAside } from "../../core/undo/keep/aside.js";
import type { Session } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";
import { writeLedger } from "../catalog/ledger.js";
import type { ApplyMigration } from "./apply-migration.js";
import { KeptBudget } from "./kept-budget.js";
import { withinLockTimeout } from "./lock-watch.js";
import { preparation, prepareSession } from "./prepare-session.js";
import { clearProgress, readProgress, recordProgress } from "./progress.js";
import { markSetAside, restoreSetAside } from "./restore-set-aside.js";
import { keepAfter, keepBefore } from "./run-kept.js";
import { inTransaction } from "./transaction.js";

/** The only part of a migration that is a program. */
const PART = 0;

export interface AppliedCommand {
  readonly resumed: boolean;
  readonly keptBytes: number;
  readonly output: string;
}

/**
 * Runs a team's own program as one migration. It has its own transactions, so the copies and the ledger's row are written in transactions
 * before and after it. An interrupted run shows in its progress, and continues by running the program again. Throws `MigratorFailed`.
 */
export async function applyCommand(
  session: Session,
  input: ApplyMigration,
  command: MigratorCommand,
): Promise<AppliedCommand> {
  const { migration, migrator, schema, settings } = input;
  if (!migrator) throw new MigratorFailed("a team's own programs cannot run here", "");
  const start = input.clock.monotonic();
  const { version } = migration;
  if (input.guard && !(await input.guard.outside(session, version)))
    return { resumed: false, keptBytes: 0, output: "" };
  const begun = (await readProgress(session, version, schema)).size > 0;
  // The copies from before the first attempt show the original rows; by now the rows may be half changed.
  const resumed = begun && (await copiesAreThere(session, input.keep, schema));
  const budget = new KeptBudget(version, input.keepLimit);
  const first = preparation(session, input, "inside");
  if (!resumed) {
    const keep = async () => {
      await markSetAside(session, input.aside ?? [], schema);
      await keepBefore(session, input.keep, budget, schema);
      await recordProgress(session, version, PART, "started", schema);
    };
    await inTransaction(session, input.isolation, keep, first);
  }
  const { lockTimeout, shared } = settings;
  const program = { application: migrator.application(schema), since: await beginning(session, schema) };
  const options = {
    schema,
    ...(shared ? { shared } : {}),
    lockTimeout,
    since: program.since,
    ...(input.stop ? { signal: input.stop } : {}),
  };
  const limit = { lockTimeout, program };
  const output = await withinLockTimeout(session, limit, input.watch, () => migrator.run(session, command, options));
  await prepareSession(session, input, "outside");
  const end = async () => {
    await keepAfter(session, input.keep, schema);
    await restoreSetAside(session, input.aside ?? [], schema);
    const elapsed = Math.round(input.clock.monotonic() - start);
    if (input.ledger) await writeLedger(session, input.ledger, schema, (placed) => placed.record(migration, elapsed));
    await clearProgress(session, version, schema);
  };
  await inTransaction(session, input.isolation, end, first);
  return { resumed, keptBytes: budget.taken, output };
}

/** In a database of several tenants, and behind a pooler, a session that began since may be anybody's: there the name alone tells. */
async function beginning(session: Session, schema: string | null): Promise<string> {
  if (schema !== null || session.pooled) return "infinity";
  // The login sees its own sessions whole.
  await session.script("begin; set local role none");
  try {
    const [row] = await session.query<{ since: string }>(PROGRAM_SINCE);
    return row?.since ?? "infinity";
  } finally {
    await session.script("commit");
  }
}

async function copiesAreThere(session: Session, keep: readonly KeepAside[], schema: string | null): Promise<boolean> {
  const names = keep.flatMap(({ tables }) => tables).map((name) => bindSchemas(qualified(OWN_SCHEMA, name), schema));
  const [row] = await session.query<{ all: boolean }>(
    `select coalesce(bool_and(to_regclass(name) is not null), true) as all from unnest($1::text[]) name`,
    [names],
  );
  return row?.all === true;
}
