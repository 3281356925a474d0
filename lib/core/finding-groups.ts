import { compareFindings, type Finding } from "./finding.js";
import { groupBy } from "./group-by.js";

/** What a gate says about several tenants alike, said once. */
export interface FindingGroup {
  /** The first of them. If all say the same, its message names no single tenant. */
  readonly finding: Finding;
  /** Ids; empty when it concerns the release itself. */
  readonly tenants: readonly string[];
  /** What it says about each tenant, if that differs between them. */
  readonly each: readonly { readonly tenant: string; readonly message: string }[];
}

/**
 * Merges equal findings of many tenants into one with its tenants: the most severe first, and among equals those that say what to do before those
 * that repeat a server error.
 */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = [...groupBy(findings.toSorted(compareFindings), keyOf).values()].map(together);
  return groups.toSorted((a, b) => severity(a) - severity(b) || helpOf(a.finding) - helpOf(b.finding));
}

const SEVERITIES: readonly Finding["severity"][] = ["error", "warning", "note"];

function severity({ finding }: FindingGroup): number {
  return SEVERITIES.indexOf(finding.severity);
}

/** How much a finding helps its reader: SQL to run, a command, advice, or nothing. */
function helpOf({ remedy }: Finding): number {
  if (remedy?.sql !== undefined) return 0;
  if (remedy?.command !== undefined) return 1;
  return remedy === undefined ? 3 : 2;
}

/** Two findings with the same key differ only in their tenants and what was counted there. */
function keyOf(finding: Finding): string {
  const { code, gate, severity: level, subject, source, unknown = false, remedy } = finding;
  const name = subject.kind === "tenant" ? "" : generalText(finding, subject.name);
  const advice = remedy && generalText(finding, remedy.text);
  const place = source && [source.file, source.line, source.column];
  // Without a tenant there is only the message to tell them apart.
  const message = finding.tenants === undefined ? finding.message : "";
  return JSON.stringify([code, gate, level, subject.kind, name, place, unknown, advice, message]);
}

function together(same: readonly Finding[]): FindingGroup {
  const [first] = same;
  if (first === undefined) throw new Error("a group of findings has at least one");
  const tenants = [...new Set(same.flatMap((one) => one.tenants ?? []))];
  if (same.length === 1) return { finding: first, tenants, each: [] };
  const messages = new Set(same.map((one) => generalText(one, one.message)));
  const alike = messages.size === 1;
  const finding = alike ? { ...first, message: generalText(first, first.message) } : first;
  const each = alike ? [] : same.map(({ message, tenants: of = [] }) => ({ tenant: of.join(", "), message }));
  return { finding: { ...finding, tenants }, tenants, each };
}

/** A text of one tenant's finding as it would read for any tenant. */
function generalText({ tenants = [] }: Finding, text: string): string {
  const [id, ...others] = tenants;
  if (id === undefined || others.length > 0) return text;
  const named = new RegExp(`(?<![\\w-])(?:([Tt])enant )?${escaped(id)}(?![\\w-])`, "g");
  // Its database often has its name: `host:5432/acme`.
  const general = (found: string, initial: string | undefined, at: number) =>
    found === id && text[at - 1] === "/" ? "…" : initial === "T" ? "The tenant" : "the tenant";
  return text.replaceAll(named, general);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
