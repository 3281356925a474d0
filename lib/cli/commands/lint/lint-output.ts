import { readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { repositoryRoot } from "../../../adapters/local/git.js";
import { packageRoot } from "../../../adapters/local/package-root.js";
import type { Finding, Severity } from "../../../core/finding.js";
import { plural } from "../../../core/plural.js";
import { renderText } from "../../../core/render/text.js";
import type { Io } from "../../io.js";
import { findingStyle } from "../../terminal/finding-style.js";
import { printable } from "../../terminal/printable.js";
import { styleFor } from "../../terminal/style.js";
import type { LintedFiles } from "./lint-groups.js";

type Render = (linted: LintedFiles) => string | Promise<string>;

/** Each loads what it needs: the texts of the rules take the parser and every rule with them. */
export const FORMATS: Readonly<Record<string, Render>> = {
  text: () => "",
  json: (linted) => `${JSON.stringify({ findings: linted.findings.map(withoutFix) }, null, 2)}\n`,
  async sarif({ findings, customRules }) {
    const { renderSarif } = await import("../../../core/render/sarif.js");
    const { ruleTexts } = await import("../../../core/lint/rule-texts.js");
    return renderSarif(findings, { version: version(), rules: ruleTexts(customRules) });
  },
  async github({ findings }) {
    const { renderGithub } = await import("../../../core/render/github.js");
    return renderGithub(findings);
  },
  async junit({ findings, texts }) {
    const { renderJunit } = await import("../../../core/render/junit.js");
    return renderJunit(findings, { name: "schema-gate lint", checked: [...texts.keys()] });
  },
  async markdown({ findings }) {
    const { renderMarkdown } = await import("../../../core/render/markdown.js");
    return renderMarkdown(findings, { title: "Schema Gate: lint", version: version() });
  },
};

/** Writes the findings to standard output in one format. */
export async function output(io: Io, format: string, linted: LintedFiles, notes: boolean): Promise<void> {
  const render = FORMATS[format];
  if (format === "text" || !render) io.stdout.write(textOutput(io, linted, notes));
  else io.stdout.write(await render(ANNOTATING.has(format) ? await fromRoot(linted, io.cwd) : linted));
}

/** Formats whose readers look for files from the root of the repository, wherever the command ran. */
const ANNOTATING: ReadonlySet<string> = new Set(["sarif", "github"]);

async function fromRoot(linted: LintedFiles, cwd: string): Promise<LintedFiles> {
  const root = await repositoryRoot(cwd);
  if (root === null) return linted;
  const findings = linted.findings.map((finding) => {
    if (finding.source === undefined) return finding;
    const path = relative(root, resolve(realpathSync(cwd), finding.source.file));
    if (path.startsWith("..")) return finding;
    return { ...finding, source: { ...finding.source, file: path.split(sep).join("/") } };
  });
  return { ...linted, findings };
}

function withoutFix({ fix, ...finding }: LintedFiles["findings"][number]): Finding & { fixable: boolean } {
  return { ...finding, fixable: fix !== undefined };
}

function textOutput(io: Io, linted: LintedFiles, notes: boolean): string {
  const style = styleFor(io);
  const shown = linted.findings.filter((finding) => notes || finding.severity !== "note");
  const lineOf = lineReader(linted.texts);
  const body = renderText(shown, lineOf, findingStyle(style));
  return `${body}${body ? "\n" : ""}${summary(linted, notes)}\n`;
}

function lineReader(texts: ReadonlyMap<string, string>): (file: string, line: number) => string | undefined {
  const cache = new Map<string, readonly string[]>();
  return (file, line) => {
    const text = texts.get(file);
    if (text === undefined) return undefined;
    const lines = cache.get(file) ?? text.split(/\r?\n/);
    cache.set(file, lines);
    return lines[line - 1];
  };
}

function summary(linted: LintedFiles, notes: boolean): string {
  const count = (severity: Severity) => linted.findings.filter((finding) => finding.severity === severity).length;
  const hidden = count("note");
  const counted = [plural(count("error"), "error"), plural(count("warning"), "warning"), plural(hidden, "note")].join(
    ", ",
  );
  const fixable = linted.findings.filter((finding) => finding.fix).length;
  return [
    `${scope(linted)}: ${counted}.`,
    ...(linted.conventions.length > 0 ? [`Read as ${linted.conventions.join(" and ")}.`] : []),
    ...(linted.skipped.length > 0 ? [`${plural(linted.skipped.length, "down migration")} left out.`] : []),
    ...(hidden > 0 && !notes ? ["--notes shows the notes."] : []),
    ...(fixable > 0 ? [`--fix rewrites ${fixable}.`] : []),
  ].join(" ");
}

function scope({ texts, statements, since }: LintedFiles): string {
  if (since === undefined) return `${plural(texts.size, "file")}, ${plural(statements, "statement")}`;
  return `${texts.size} of ${plural(since.files, "file")} changed since ${printable(since.ref)}`;
}

function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}
