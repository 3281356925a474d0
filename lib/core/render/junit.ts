import type { Finding, Gate } from "../finding.js";
import { visibleLines } from "../visible.js";

export interface JunitMeta {
  /** Name of the whole run. */
  readonly name: string;
  /** Gates or files that were checked, so that one without findings shows as passed. */
  readonly checked?: readonly string[];
}

/**
 * JUnit XML as CI systems read it: one suite per file (per gate when there is no file), one case per finding. Errors and unknowns fail; warnings and
 * notes pass with their text as output.
 */
export function renderJunit(findings: readonly Finding[], meta: JunitMeta): string {
  const suites = new Map<string, Finding[]>((meta.checked ?? []).map((name) => [name, []]));
  for (const finding of findings) {
    const name = suiteOf(finding);
    const list = suites.get(name);
    if (list) list.push(finding);
    else suites.set(name, [finding]);
  }
  const body = [...suites].map(([name, list]) => suite(name, list)).join("");
  const cases = [...suites.values()].reduce((sum, list) => sum + Math.max(1, list.length), 0);
  const failures = findings.filter(fails).length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(meta.name)}" tests="${cases}" failures="${failures}" errors="0">\n${body}</testsuites>\n`;
}

function suiteOf(finding: Finding): Gate | string {
  return finding.source?.file ?? finding.gate;
}

function fails(finding: Finding): boolean {
  return finding.severity === "error";
}

function suite(name: string, findings: readonly Finding[]): string {
  const cases = findings.length > 0 ? findings.map((finding) => testCase(name, finding)) : [passed(name)];
  const failures = findings.filter(fails).length;
  return `  <testsuite name="${xml(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">\n${cases.join("")}  </testsuite>\n`;
}

function passed(name: string): string {
  return `    <testcase classname="${xml(name)}" name="no finding"/>\n`;
}

function testCase(suiteName: string, finding: Finding): string {
  const line = finding.source ? ` line ${finding.source.line}` : "";
  const title = `${finding.code} ${finding.subject.name}${line}`;
  const text = details(finding);
  const inner = fails(finding)
    ? `      <failure type="${xml(finding.code)}" message="${xml(finding.message)}">${xml(text)}</failure>\n`
    : `      <system-out>${xml(text)}</system-out>\n`;
  return `    <testcase classname="${xml(suiteName)}" name="${xml(title)}">\n${inner}    </testcase>\n`;
}

function details(finding: Finding): string {
  const tenants = finding.tenants ? `Tenants: ${finding.tenants.join(", ")}` : undefined;
  const { remedy } = finding;
  const parts = [finding.message, tenants, remedy?.text, remedy?.sql, remedy?.command];
  return parts.filter((part) => part !== undefined).join("\n");
}

/** Characters that XML 1.0 forbids are among those that are spelled out, so that a hostile name cannot break the report. */
function xml(text: string): string {
  return visibleLines(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
