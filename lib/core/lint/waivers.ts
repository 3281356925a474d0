import type { Finding, SourceSpan } from "../finding.js";
import { BACKFILL_FORM, isBackfillComment, readBackfillComment } from "../migration/backfill-mark.js";
import { isPlanComment, readPlanComment } from "../migration/plan-step.js";
import { LineIndex } from "../sql/line-index.js";
import { splitSql } from "../sql/split.js";
import type { LintScript } from "./lint-statement.js";

/** Permission to let one rule pass: from a comment in the SQL or from the config. */
export interface Waiver {
  readonly rule: string;
  readonly reason: string;
  /** The last day on which it is valid, `2026-12-31`. */
  readonly until: string;
  /** Only findings about this subject; all when absent. */
  readonly subject?: string | undefined;
  /** Only findings in this file; all when absent. */
  readonly file?: string | undefined;
  /** Only findings within these lines, inclusive. */
  readonly lines?: { readonly from: number; readonly to: number };
  /** Its place, when it is in a file. */
  readonly source?: SourceSpan;
}

const MARK = "schema-gate:";
const FORM = /^schema-gate:\s*(allow|allow-file)\s+(\S+)\s+until\s+(\d{4}-\d{2}-\d{2})\s*:\s*(\S[\s\S]*)$/;
const HOW = "-- schema-gate: allow SG010 until 2026-12-31: the reason";

export interface ReadWaivers {
  readonly waivers: readonly Waiver[];
  /** Comments that begin like a waiver but are not valid ones. */
  readonly findings: readonly Finding[];
}

/** Waivers in a script's comments. `allow` applies to the statement that it is in, next to or right above; `allow-file` to the whole file. */
export function readWaivers(script: LintScript): ReadWaivers {
  const waivers: Waiver[] = [];
  const findings: Finding[] = [];
  for (const comment of markedComments(script)) {
    if (isBackfillComment(comment.text)) {
      if (readBackfillComment(comment.text) === null) findings.push(malformedBackfill(comment.source));
      continue;
    }
    if (isPlanComment(comment.text)) {
      if (readPlanComment(comment.text) === null) findings.push(malformedStep(comment.source));
      continue;
    }
    const [, scope, rule, until, reason] = FORM.exec(comment.text) ?? [];
    if (!rule || !until || !reason || !isDay(until)) findings.push(malformed(comment.source));
    else {
      const lines = scope === "allow" ? { lines: linesFor(script, comment.source) } : {};
      waivers.push({ rule, until, reason: reason.trim(), file: script.file, source: comment.source, ...lines });
    }
  }
  return { waivers, findings };
}

function markedComments(script: LintScript): { text: string; source: SourceSpan }[] {
  const texts = script.text === undefined ? script.statements.map((s) => ({ text: s.sql, from: s.source })) : [];
  if (script.text !== undefined) texts.push({ text: script.text, from: { file: script.file, line: 1, column: 1 } });
  return texts.flatMap(({ text, from }) => {
    if (!text.includes(MARK)) return [];
    const lines = new LineIndex(text);
    return splitSql(text).comments.flatMap(({ start, end }) => {
      const inner = text.slice(start, end).replace(/^--+|^\/\*+|\*+\/$/g, "");
      if (!inner.trim().startsWith(MARK)) return [];
      const span = lines.span(script.file, start, end);
      const down = from.line - 1;
      const source = { ...span, line: span.line + down, endLine: span.endLine + down };
      return [{ text: inner.trim(), source }];
    });
  });
}

/** From the comment to the end of the statement that it belongs to. */
function linesFor(script: LintScript, source: SourceSpan): { from: number; to: number } {
  const end = source.endLine ?? source.line;
  const around = script.statements.filter(
    (s) => s.source.line <= source.line && (s.source.endLine ?? s.source.line) >= source.line,
  );
  const next = script.statements.find((statement) => statement.source.line > end);
  const statement = around.at(-1) ?? next;
  if (!statement) return { from: source.line, to: end };
  const from = Math.min(source.line, statement.source.line);
  return { from, to: statement.source.endLine ?? statement.source.line };
}

function malformed(source: SourceSpan): Finding {
  const message =
    "This comment begins like a waiver but does not name a rule, a last day and a reason, so it waives nothing.";
  return malformedComment("waiver", message, HOW, source);
}

function malformedBackfill(source: SourceSpan): Finding {
  const message =
    "This comment asks for a backfill, but not in the form that is read, so a run would refuse the migration.";
  return malformedComment("backfill", message, BACKFILL_FORM, source);
}

/** If it were not read, a contract step could run at any time. */
function malformedStep(source: SourceSpan): Finding {
  const message = "This comment says which step of a plan the migration is, but not in the form that is read.";
  return malformedComment("step", message, "-- schema-gate: step 1 of 3 of 0007_orders, expand", source);
}

function malformedComment(
  kind: "waiver" | "backfill" | "step",
  message: string,
  sql: string,
  source: SourceSpan,
): Finding {
  return {
    code: `lint.${kind}-malformed`,
    gate: "lint",
    severity: "error",
    subject: { kind, name: "a comment" },
    message,
    remedy: { text: "Write it in this form:", sql },
    source,
  };
}

/** Whether the text is a calendar day: `2026-02-30` is not. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** A finding that does not count, and the waiver responsible. */
export interface Waived {
  readonly finding: Finding;
  readonly waiver: Waiver;
}

/**
 * Removes what is waived, reporting each, and adds what is wrong with the waivers: one that has expired and waives nothing any more; one that waived
 * nothing; one for a rule that does not exist.
 */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  today: string,
  ruleIds: ReadonlySet<string>,
  tell: (waived: Waived) => void,
): readonly Finding[] {
  const used = new Set<Waiver>();
  const kept = findings.filter((finding) => {
    const fitting = waivers.filter((waiver) => covers(waiver, finding));
    for (const waiver of fitting) used.add(waiver);
    const waiver = fitting.find(({ until }) => until >= today);
    if (waiver) tell({ finding, waiver });
    return waiver === undefined;
  });
  return [...kept, ...waivers.flatMap((waiver) => complaint(waiver, used.has(waiver), today, ruleIds))];
}

function covers(waiver: Waiver, finding: Finding): boolean {
  const line = finding.source?.line ?? 0;
  return (
    waiver.rule === finding.code &&
    (waiver.subject === undefined || waiver.subject === finding.subject.name) &&
    (waiver.file === undefined || sameFile(waiver.file, finding.source?.file ?? "")) &&
    (waiver.lines === undefined || (line >= waiver.lines.from && line <= waiver.lines.to))
  );
}

/** The gate names a file by its path within the migrations folder, the command line by its path from the working directory. */
function sameFile(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}

function complaint(waiver: Waiver, used: boolean, today: string, ruleIds: ReadonlySet<string>): Finding[] {
  const about = (code: string, severity: "warning" | "note", message: string, text: string): Finding[] => [
    {
      code,
      gate: "lint",
      severity,
      subject: { kind: "waiver", name: waiver.subject ? `${waiver.rule} for ${waiver.subject}` : waiver.rule },
      message,
      remedy: { text },
      ...(waiver.source ? { source: waiver.source } : {}),
    },
  ];
  // The config's waivers apply to every gate; we do not judge one that names another gate's code.
  if (!ruleIds.has(waiver.rule) && !waiver.source && !/^(?:SG\d|lint\.)/.test(waiver.rule)) return [];
  if (!ruleIds.has(waiver.rule)) {
    const message = `A waiver names ${waiver.rule}, which is not a rule.`;
    return about("lint.waiver-unknown-rule", "warning", message, "`schema-gate rules` lists the rules.");
  }
  if (waiver.until < today) {
    const message = `The waiver of ${waiver.rule} expired on ${waiver.until} and waives nothing any more.`;
    return about("lint.waiver-expired", "warning", message, "Fix what it covered, or give it a new day and reason.");
  }
  if (used) return [];
  const message = `The waiver of ${waiver.rule} (${waiver.reason}) covers no finding.`;
  return about("lint.waiver-unused", "note", message, "Take it out, so that it does not hide a later finding.");
}
