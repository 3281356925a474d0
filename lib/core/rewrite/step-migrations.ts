import type { Migration, Script } from "../migration/release.js";
import { readSqlScript } from "../migration/script.js";
import { readSourceFile } from "../migration/source-file.js";
import { operationsOfText, segmentsOf } from "../operations/segments.js";
import type { RewritePlan, RewriteStep } from "./plan.js";

/** The steps as migrations to execute, each a separate release. */
export function stepMigrations({ steps }: RewritePlan, of: Migration): readonly Migration[] {
  return steps.map((step, at) => ({
    version: `${of.version}.${at + 1}`,
    name: step.slug,
    up: scriptOf(step, `${of.up.file}#${at + 1}`),
    down: null,
  }));
}

function scriptOf({ statements, backfill, transaction }: RewriteStep, path: string): Script {
  const text = `${backfill === null ? "" : `${backfill}\n`}${statements.map((sql) => `${sql};\n`).join("")}`;
  const { file } = readSourceFile({ path, bytes: Buffer.from(text) });
  return readSqlScript({ file, transaction }).script;
}

/** A way back as a separate script. */
export function downScript(statements: readonly string[], path: string): Script {
  const bytes = Buffer.from(statements.map((sql) => `${sql};\n`).join(""));
  return readSqlScript({ file: readSourceFile({ path, bytes }).file, transaction: "single" }).script;
}

/** Whether a script that was written and read again runs what the step says, in the same transactions. */
export function runsAs(read: Script, step: RewriteStep): boolean {
  const meant = scriptOf(step, read.file);
  const parts = (script: Script) =>
    segmentsOf(script).map(({ transactional, statements }) => [
      transactional ||
        statements.every((each) =>
          operationsOfText(each).every(({ transactionality }) => transactionality !== "outside"),
        ),
      statements.map(({ sql }) => sql),
    ]);
  return (
    JSON.stringify(parts(read)) === JSON.stringify(parts(meant)) &&
    JSON.stringify(read.backfill ?? null) === JSON.stringify(meant.backfill ?? null)
  );
}
