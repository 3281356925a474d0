import type { LockMode } from "../postgres/lock-modes.js";
import { majorsText } from "../postgres/majors.js";
import type { RuleMeta, Work } from "./rules/rule.js";

/** The files that show a rule at work. */
export interface RuleFiles {
  readonly before: string;
  readonly bad: string;
  readonly good: string;
  /** What lint reports for the bad file. */
  readonly finding: string;
  /** The bad file as `--fix` rewrites it; null when the rewrite is left to a person. */
  readonly fixed: string | null;
}

const LOCKS: Readonly<Record<LockMode, string>> = {
  AccessShareLock: "ACCESS SHARE",
  RowShareLock: "ROW SHARE",
  RowExclusiveLock: "ROW EXCLUSIVE",
  ShareUpdateExclusiveLock: "SHARE UPDATE EXCLUSIVE (blocks other changes of the schema)",
  ShareLock: "SHARE (blocks writes)",
  ShareRowExclusiveLock: "SHARE ROW EXCLUSIVE (blocks writes)",
  ExclusiveLock: "EXCLUSIVE (blocks writes)",
  AccessExclusiveLock: "ACCESS EXCLUSIVE (blocks reads and writes)",
};

const WORK: Readonly<Record<Work, string>> = {
  none: "changes the catalog only",
  scan: "reads the whole table",
  build: "builds an index over the whole table",
  rewrite: "rewrites the whole table",
  delete: "loses rows",
};

function lockText(lock: LockMode | null): string {
  return lock ? LOCKS[lock] : "none that matters here";
}

/** The page of a rule in docs/rules, as Markdown. */
export function rulePage(rule: RuleMeta, files: RuleFiles): string {
  const severity = rule.sized
    ? `${rule.severity} where the size of the table is not known or large, at most warning for a middling one, note for a small one; not reported for a table made in the same release`
    : rule.severity;
  return [
    `# ${rule.id} ${rule.slug}`,
    "",
    `${rule.title}.`,
    "",
    `- **When:** ${rule.condition}`,
    `- **What happens:** ${rule.effect}`,
    `- **Instead:** ${rule.workaround}`,
    `- **Lock:** ${lockText(rule.lock)}${rule.lock ? `; under it, it ${WORK[rule.work]}` : ""}`,
    `- **Severity:** ${severity}`,
    `- **PostgreSQL:** ${majorsText(rule.versions)}`,
    "",
    ...section("Existing schema", files.before, "sql"),
    ...section("Bad", files.bad, "sql"),
    ...section("What lint says", files.finding, "text"),
    ...(files.fixed === null ? [] : section("What --fix writes", files.fixed, "sql")),
    ...section("Good", files.good, "sql"),
  ].join("\n");
}

function section(title: string, text: string, language: string): string[] {
  return text.trim() === "" ? [] : [`## ${title}`, "", `\`\`\`${language}`, text.trim(), "```", ""];
}

/** The list of all rules, as Markdown. */
export function ruleList(rules: readonly RuleMeta[]): string {
  return [
    "# The rules of lint",
    "",
    "Each page is made from the rule and from its files by `node scripts/rule-docs.mjs`; a test fails when one is missing or stale.",
    "",
    ...rules.map((rule) => `- [${rule.id}](${rule.id}.md) ${rule.title} (${rule.severity})`),
    "",
  ].join("\n");
}
