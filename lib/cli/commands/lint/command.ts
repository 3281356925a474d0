import { type Command, Option } from "commander";
import { LintPathError, readLintPaths } from "../../../adapters/local/lint-paths.js";
import { UsageError } from "../../../api/usage-error.js";
import { blocks, type Severity } from "../../../core/finding.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { readLintConfig } from "./lint-config-file.js";
import { type LintedFiles, type LintOptions, lintGroups } from "./lint-groups.js";
import { FORMATS, output } from "./lint-output.js";
import { onlyChanged } from "./only-changed.js";

const HELP = `
Examples:
  schema-gate lint migrations/                    every migration of a folder, in its framework's order
  schema-gate lint up.sql --fix                   write the rewrites that are mechanical
  schema-gate lint migrations/ --since origin/main   what this branch changed, on a pull request
  schema-gate lint migrations/ --format github    annotations on the pull request
  schema-gate rules SG010                         what one rule says, and why

Skips down migrations in a folder; lints a file that you name, whatever it is.
A waiver in the SQL:  -- schema-gate: allow SG010 until 2026-12-31: the reason`;

export const lint: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<path...>", "files and folders with SQL or Rust migrations")
      .addOption(new Option("--format <format>", "what to write").choices(Object.keys(FORMATS)).default("text"))
      .option("--json", "the same as --format json")
      .option("--fix", "write the rewrites that are mechanical into the files")
      .option("--notes", "show notes as well (text only; the other formats always have them)")
      .addOption(
        new Option("--fail-on <severity>", "exit with 1 at this severity or above")
          .choices(["error", "warning", "note"])
          .default("error"),
      )
      .option("--since <ref>", "report only files changed since this branch left the given commit or branch")
      .option("--release", "treat all files as one release: what the first creates is empty and unused until the last")
      .option("--fresh", "lint files again even if they have not changed (results are cached)")
      .option("--config <file>", "the config; its `lint` section is read", "schema-gate.yaml")
      .option("--no-custom-rules", "skip the config's own rule modules, which would run as code")
      .addHelpText("after", HELP);
  },

  async run(io: Io, args, options): Promise<ExitCode> {
    const settings = await readLintConfig(io, String(options.config), options.customRules !== false);
    const how = { together: options.release === true, fresh: options.fresh === true };
    const since = options.since === undefined ? null : String(options.since);
    const lintAgain = async () => {
      const all = await lintAll(io, args, settings, how);
      return since === null ? all : onlyChanged(all, since, io.cwd);
    };
    let linted = await lintAgain();
    if (options.fix === true) {
      const { writeFixes } = await import("./fix-files.js");
      const written = await writeFixes(io, linted, lintAgain);
      linted = written.linted;
      io.stderr.write(`${written.summary}\n`);
    }
    const format = options.json === true ? "json" : String(options.format);
    await output(io, format, linted, options.notes === true);
    return failed(linted, options.failOn as Severity) ? 1 : 0;
  },
};

async function lintAll(
  io: Io,
  paths: readonly string[],
  settings: Awaited<ReturnType<typeof readLintConfig>>,
  options: LintOptions,
): Promise<LintedFiles> {
  try {
    return await lintGroups(io, await readLintPaths(paths, io.cwd), settings, options);
  } catch (error) {
    if (error instanceof LintPathError)
      throw new UsageError(`${error.message}.`, "schema-gate lint PATH   (a file or folder with .sql files)");
    throw error;
  }
}

function failed(linted: LintedFiles, from: Severity): boolean {
  if (blocks(linted.findings)) return true;
  return linted.findings.some(({ severity }) => from === "note" || (from === "warning" && severity === "warning"));
}
