import type { Finding, Severity } from "../finding.js";
import { visibleLines } from "../visible.js";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "notice" };

/** Workflow commands that GitHub Actions turns into annotations, one line each. */
export function renderGithub(findings: readonly Finding[]): string {
  return findings.map((finding) => `${annotation(finding)}\n`).join("");
}

function annotation(finding: Finding): string {
  const { source, remedy } = finding;
  const place = source
    ? [
        `file=${property(source.file)}`,
        `line=${source.line}`,
        `col=${source.column}`,
        ...(source.endLine === undefined ? [] : [`endLine=${source.endLine}`]),
        ...(source.endColumn === undefined || source.endLine !== source.line ? [] : [`endColumn=${source.endColumn}`]),
      ]
    : [];
  const properties = [...place, `title=${property(`${finding.code} ${finding.subject.name}`)}`].join(",");
  const body = [finding.message, remedy?.text, remedy?.sql].filter((part) => part !== undefined).join("\n");
  return `::${LEVELS[finding.severity]} ${properties}::${data(body)}`;
}

function data(text: string): string {
  return visibleLines(text.replace(/\r\n?/g, "\n")).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
