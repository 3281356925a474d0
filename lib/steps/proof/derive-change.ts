import type { Migration } from "../../core/migration/release.js";
import type { DerivedChange } from "../../core/rollback/observation.js";
import { loadParser, parseSql } from "../../core/sql/parse.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { CapturedSchema } from "../../ports/schema-difference.js";
import { up } from "./apply-on-clone.js";
import type { Clones } from "./clones.js";
import { commonTables, contentsOver } from "./contents-over.js";
import type { ProveOnClone } from "./input.js";
import { isSameSchema, readState, type State } from "./state.js";
import { StatementWatch } from "./watch-statements.js";

/** The change that a program made to a clone, and the state before it. */
export interface Around {
  readonly session: Session;
  /** Null without a generator of differences, and on a server that it does not know. */
  readonly captured: { readonly before: CapturedSchema; readonly after: CapturedSchema } | null;
  readonly before: State;
  readonly after: State;
  /** Migrations that ran before this one. */
  readonly earlier: readonly Migration[];
}

/** Finds SQL that makes the same change as a program, runs it on its own clone, and says whether it did. */
export async function deriveChange(
  clones: Clones,
  input: ProveOnClone,
  migration: Migration,
  around: Around,
): Promise<DerivedChange> {
  await loadParser();
  const { before, after } = around;
  const common = commonTables(before.catalog, after.catalog);
  const working = await clones.make("derived");
  try {
    for (const each of around.earlier) await up(working.session, input, each, []);
    const was = await contentsOver(working.session, common, input.schema);
    const is = await contentsOver(around.session, common, input.schema);
    const written = common.filter((_, at) => was[at] !== is[at]).map(({ table }) => table);
    const statements = statementsOf(input, migration, around);
    if (typeof statements === "string") return { statements: [], observations: [], written, unfaithful: statements };
    const { migrator: _, ...plain } = migration;
    const watch = new StatementWatch(working.session, input.schema, migration.version, input.clock, 0);
    const sql = { ...plain, up: { ...migration.up, transaction: "single", statements } } as const;
    const unfaithful = await tried(async () => {
      await up(working.session, input, sql, [], { observe: watch });
      const { catalog } = await readState(working.session, input.schema);
      return isSameSchema(catalog, after.catalog) ? null : "the SQL for its difference leads to another schema";
    });
    return { statements, observations: watch.observations, written, unfaithful };
  } finally {
    await clones.drop(working);
  }
}

function statementsOf(
  { difference }: ProveOnClone,
  { version }: Migration,
  { captured }: Around,
): readonly Statement[] | string {
  if (!difference) return "there is no generator of differences";
  if (!captured) return "the generator of differences does not know this server";
  try {
    const sql = difference.statements(captured.before, captured.after);
    const file = `difference of ${version}`;
    return sql
      .flatMap((text, line) => parseSql(text, file).statements.map((each) => ({ text: each.sql, line: line + 1 })))
      .map(({ text, line }, index) => ({ index, sql: text, source: { file, line, column: 1 } }));
  } catch (error) {
    return `its change could not be turned into SQL: ${(error as Error).message}`;
  }
}

async function tried(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `the SQL for its difference does not run: ${error.message}`;
  }
}
