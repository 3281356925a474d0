import { compareFindings, type Finding, type Severity } from "../finding.js";
import { visible, visibleLines } from "../visible.js";
import type { RenderMeta } from "./sarif.js";

export { inlineCode as markdownCode, text as markdownText };

const HEADINGS: readonly { readonly severity: Severity; readonly title: string }[] = [
  { severity: "error", title: "Blocks" },
  { severity: "warning", title: "Warnings" },
  { severity: "note", title: "Notes" },
];
/** A GitHub comment may have at most 65,536 characters. */
const LONGEST = 60_000;

/** Markdown for a pull request comment; cut before the host's limit, with a note that it was. */
export function renderMarkdown(findings: readonly Finding[], meta: RenderMeta & { readonly title: string }): string {
  const sorted = [...findings].sort(compareFindings);
  const lines = [`## ${text(meta.title)}`, "", summary(sorted), ""];
  let length = 0;
  let shown = 0;
  for (const { severity, title } of HEADINGS) {
    const group = sorted.filter((finding) => finding.severity === severity);
    if (group.length > 0) lines.push(`### ${title}`, "");
    for (const finding of group) {
      const block = entry(finding, meta);
      if (length + block.length > LONGEST) continue;
      lines.push(block, "");
      length += block.length;
      shown += 1;
    }
  }
  if (shown < sorted.length) lines.push(`${sorted.length - shown} more findings are in the full report.`, "");
  return lines.join("\n");
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return "No findings.";
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return `${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}, ${plural(count("note"), "note")}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function entry(finding: Finding, meta: RenderMeta): string {
  const rule = meta.rules?.get(finding.code);
  const code = rule?.url
    ? `[${text(finding.code)}](<${encodeURI(rule.url).replace(/[<>]/g, "")}>)`
    : text(finding.code);
  const place = finding.source ? ` · ${inlineCode(`${finding.source.file}:${finding.source.line}`)}` : "";
  const { remedy } = finding;
  const lines = [`**${code}** ${inlineCode(finding.subject.name)}${place}`, "", text(finding.message)];
  if (finding.tenants?.length) lines.push("", `Tenants: ${finding.tenants.map(inlineCode).join(", ")}`);
  if (remedy) lines.push("", text(remedy.text));
  if (remedy?.sql !== undefined) lines.push("", fence(remedy.sql, "sql"));
  if (remedy?.command !== undefined) lines.push("", fence(remedy.command, "sh"));
  return lines.join("\n");
}

/** Keeps a renderer from turning what is next to it into a link or a mention. */
const APART = "\u200b";

/** Untrusted text: it cannot produce markup, a mention, a link or a line of its own, in a paragraph or in a table. */
function text(value: string): string {
  return (
    visible(oneLine(value))
      .replace(/[\\`*_{}[\]<>#|~!&$]/g, "\\$&")
      // At the beginning of a line `/` is a command to GitLab and to bots.
      .replace(/^([-+=/]|\d+(?=[.)]))/, "\\$1")
      .replace(/^\\(\d+)([.)])/, "$1\\$2")
      .replace(/#/g, `#${APART}`)
      .replace(/\bGH(?=-\d)/gi, `$&${APART}`)
      .replace(/@/g, `${APART}@${APART}`)
      .replace(/:(?=\/\/)/g, `:${APART}`)
      .replace(/www(?=\.)/gi, `$&${APART}`)
  );
}

/** Untrusted text as code. Not for a table, where a bar would end the cell. */
function inlineCode(value: string): string {
  const shown = visible(oneLine(value)) || "(empty)";
  const ticks = "`".repeat(longestRun(shown) + 1);
  const pad = /^[`\s]|[`\s]$/.test(shown) ? " " : "";
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

function fence(value: string, language: string): string {
  const shown = visibleLines(value.replace(/\r\n?/g, "\n"));
  const ticks = "`".repeat(Math.max(3, longestRun(shown) + 1));
  return `${ticks}${language}\n${shown}\n${ticks}`;
}

/** A lone carriage return ends a Markdown line just as a line feed does. */
function oneLine(value: string): string {
  return value.replace(/\r\n?|\n/g, " ").trim();
}

function longestRun(value: string): number {
  return Math.max(0, ...[...value.matchAll(/`+/g)].map((match) => match[0].length));
}
