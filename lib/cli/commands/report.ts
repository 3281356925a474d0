import { existsSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { keptSync } from "../../adapters/local/own-file.js";
import { UsageError } from "../../api/usage-error.js";
import { type Evidence, EvidenceError, readEvidence } from "../../core/evidence/evidence.js";
import { renderJunit } from "../../core/render/junit.js";
import { gatesReached } from "../../core/report/gates.js";
import { markdownReport } from "../../core/report/markdown-report.js";
import { sarifReport } from "../../core/report/sarif-report.js";
import { tenantLines, tenantReport } from "../../core/report/tenant-report.js";
import { textReport } from "../../core/report/text-report.js";
import { reportPage } from "../../review/report/report-page.js";
import { type CommandModule, type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { runFolder } from "../run-folder.js";
import { printable } from "../terminal/printable.js";

const HELP = `
Examples:
  schema-gate report                                               the outcome of the newest run, in a few lines
  schema-gate report 20240115-093000-a1b2 --tenant acme            why this tenant was blocked, or how it was migrated
  schema-gate report 20240115-093000-a1b2 --format html -o run.html  one file, needs no network
  schema-gate report 20240115-093000-a1b2 --format markdown        for a ticket
  schema-gate report 20240115-093000-a1b2 --format sarif -o run.sarif

The same evidence always gives the same bytes.`;

const FORMATS: Readonly<Record<string, (evidence: Evidence) => string>> = {
  text: (evidence) => textReport(evidence).map(oneLine).join(""),
  html: reportPage,
  markdown: markdownReport,
  json: (evidence) => `${JSON.stringify(evidence, null, 2)}\n`,
  sarif: sarifReport,
  junit: (evidence) =>
    renderJunit(evidence.findings, { name: `schema-gate ${evidence.run.id}`, checked: gatesReached(evidence) }),
};

export const report: CommandModule = {
  describe(command: Command): void {
    command
      .argument("[run]", "id of a run, or the path of its folder; default: the newest run")
      .option("--tenant <id>", "what the run says about one tenant, with every finding about it")
      .addOption(new Option("--format <format>", "what to write").choices(Object.keys(FORMATS)).default("text"))
      .option("-o, --output <file>", "write to this file instead of standard output")
      .option("--json", "the same as --format json")
      .addHelpText("after", HELP);
  },

  async run(io: Io, args, options): Promise<ExitCode> {
    const folder = runFolder(io, args[0]);
    if (typeof options.tenant === "string") return reportTenant(io, folder, options.tenant, options.json === true);
    const format = options.json === true ? "json" : String(options.format);
    const render = FORMATS[format];
    if (!render) throw new UnfinishedError(`There is no format ${format}.`);
    const evidence = evidenceIn(folder);
    const text = render(evidence);
    if (typeof options.output !== "string") {
      io.stdout.write(text);
      if (format === "text") io.stdout.write(`\nevidence   ${join(folder, "evidence.json")}\n`);
      return 0;
    }
    const path = resolve(io.cwd, options.output);
    try {
      writeFileSync(path, text);
    } catch (error) {
      throw new UnfinishedError(`${path} could not be written: ${(error as Error).message}`);
    }
    io.stderr.write(`Wrote ${path}\n`);
    return 0;
  },
};

function reportTenant(io: Io, folder: string, id: string, json: boolean): ExitCode {
  const found = tenantReport(evidenceIn(folder), id);
  if (found === null)
    throw new UsageError(`the run ${basename(folder)} has no tenant ${id}`, `schema-gate report ${basename(folder)}`);
  io.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : tenantLines(found).map(oneLine).join(""));
  return 0;
}

/** A name with a line feed in it must not start a new line. */
function oneLine(text: string): string {
  return `${printable(text.replaceAll("\n", "\\n"))}\n`;
}

function evidenceIn(folder: string): Evidence {
  const path = join(folder, "evidence.json");
  if (!existsSync(path))
    throw new UnfinishedError(
      `${folder} holds no evidence: the run was stopped before its report, or is still running.`,
      "schema-gate status RUN   (where it stands), schema-gate resume RUN   (go on)",
    );
  try {
    return readEvidence(keptSync(path).toString("utf8"));
  } catch (error) {
    if (error instanceof EvidenceError) throw new UnfinishedError(`${path}: ${error.message}`);
    throw error;
  }
}
