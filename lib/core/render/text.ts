import { compareFindings, type Finding, type Severity } from "../finding.js";

export interface TextStyle {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly severity: (severity: Severity, text: string) => string;
  /** Makes text that came from a file or a database harmless to a terminal. */
  readonly printable: (text: string) => string;
}

const PLAIN: TextStyle = {
  strong: (text) => text,
  faint: (text) => text,
  severity: (_, text) => text,
  printable: (text) => text,
};

/** Findings for a terminal: place, message, the source line with the place underlined, and what to do instead. */
export function renderText(
  findings: readonly Finding[],
  lineOf: (file: string, line: number) => string | undefined,
  style: TextStyle = PLAIN,
): string {
  return [...findings]
    .sort((a, b) => byPlace(a, b) || compareFindings(a, b))
    .map((finding) => block(finding, lineOf, style))
    .join("\n");
}

function byPlace(a: Finding, b: Finding): number {
  const [left, right] = [a.source?.file ?? "", b.source?.file ?? ""];
  if (left !== right) return left < right ? -1 : 1;
  return (a.source?.line ?? 0) - (b.source?.line ?? 0) || (a.source?.column ?? 0) - (b.source?.column ?? 0);
}

function block(finding: Finding, lineOf: (file: string, line: number) => string | undefined, style: TextStyle): string {
  const { source, remedy } = finding;
  const place = source
    ? `${style.printable(source.file)}:${source.line}:${source.column}`
    : style.printable(finding.subject.name);
  const label = style.severity(finding.severity, finding.severity);
  const lines = [`${style.strong(place)} ${label} ${style.strong(finding.code)} ${style.printable(finding.message)}`];
  const text = source ? lineOf(source.file, source.line) : undefined;
  if (source && text !== undefined) lines.push(...underlined(finding, text, style));
  if (remedy) lines.push(`  = ${style.printable(remedy.text)}`);
  if (remedy?.sql !== undefined) lines.push(...remedy.sql.split("\n").map((line) => `      ${style.printable(line)}`));
  if (remedy?.command !== undefined) lines.push(`      ${style.printable(remedy.command)}`);
  return `${lines.join("\n")}\n`;
}

const WIDEST = 160;

function underlined(finding: Finding, text: string, style: TextStyle): string[] {
  const { source } = finding;
  if (!source) return [];
  const number = String(source.line);
  const from = Math.max(0, source.column - 1);
  const sameLine = source.endLine === undefined || source.endLine === source.line;
  const to = Math.max(from + 1, Math.min(sameLine ? (source.endColumn ?? from + 2) - 1 : text.length, text.length));
  const cut = from > WIDEST / 2 ? from - 20 : 0;
  const shown = style.printable(text.slice(cut, cut + WIDEST).replaceAll("\t", " "));
  const marks = "^".repeat(Math.max(1, Math.min(to - from, WIDEST - (from - cut))));
  const gutter = " ".repeat(number.length);
  return [
    `  ${style.faint(`${number} |`)} ${shown}`,
    `  ${style.faint(`${gutter} |`)} ${" ".repeat(from - cut)}${style.severity(finding.severity, marks)}`,
  ];
}
