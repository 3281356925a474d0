import type { Finding, SourceSpan } from "../finding.js";
import { LineIndex } from "../sql/line-index.js";
import { splitSql } from "../sql/split.js";
import type { Statement } from "../sql/statement.js";
import { releaseFinding } from "./release-finding.js";

/** A comment that asks for the statement below it to run in batches. */
export interface BackfillMark {
  /** Index of the statement within its script. */
  readonly statement: number;
  /** Name or alias of the table to walk; null for the one that the statement writes, or that an INSERT reads first. */
  readonly table: string | null;
  /** The columns of the key, as PostgreSQL knows them. */
  readonly by: readonly string[];
  /** How long a batch should take, in milliseconds. */
  readonly batchMs: number;
}

/** What the comment itself says. */
export type BackfillComment = Omit<BackfillMark, "statement">;

const DEFAULT_BATCH_MS = 200;
const LONGEST_BATCH_MS = 60_000;
const SHORTEST_BATCH_MS = 5;

const NAME = String.raw`(?:[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")+")`;
const COLUMN = String.raw`(?:${NAME}\s*\.\s*)?${NAME}`;
const FORM = new RegExp(
  String.raw`^schema-gate:\s*backfill\s+by\s+(${COLUMN}(?:\s*,\s*${COLUMN})*)(?:\s+batch\s+(\d+(?:\.\d+)?)\s*(ms|s))?$`,
  "i",
);
const PART = new RegExp(String.raw`(?:(${NAME})\s*\.\s*)?(${NAME})`, "gi");

export const BACKFILL_FORM = "-- schema-gate: backfill by id batch 200ms";

/** Whether a comment's text, without its marks, is meant as one of ours. */
export function isBackfillComment(text: string): boolean {
  return /^schema-gate:\s*backfill\b/i.test(text);
}

/** Null when the text does not have the form. */
export function readBackfillComment(text: string): BackfillComment | null {
  const [, list, amount, unit] = FORM.exec(text) ?? [];
  if (list === undefined) return null;
  const parts = [...list.matchAll(PART)].map(([, table, column = ""]) => ({
    table: table === undefined ? null : nameOf(table),
    column: nameOf(column),
  }));
  const by = parts.map(({ column }) => column);
  const tables = new Set(parts.map(({ table }) => table));
  const batchMs = amount === undefined ? DEFAULT_BATCH_MS : Number(amount) * (unit?.toLowerCase() === "s" ? 1000 : 1);
  const fits = batchMs >= SHORTEST_BATCH_MS && batchMs <= LONGEST_BATCH_MS;
  if (!fits || tables.size > 1 || new Set(by).size < by.length) return null;
  return { table: parts[0]?.table ?? null, by, batchMs };
}

/** As PostgreSQL folds it. */
function nameOf(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

interface Found {
  readonly comment: BackfillComment | null;
  readonly source: SourceSpan;
}

function commentsIn(text: string, file: string): readonly Found[] {
  if (!/schema-gate:\s*backfill\b/i.test(text)) return [];
  const lines = new LineIndex(text);
  return splitSql(text).comments.flatMap(({ start, end }) => {
    const inner = text
      .slice(start, end)
      .replace(/^--+|^\/\*+|\*+\/$/g, "")
      .trim();
    if (!isBackfillComment(inner)) return [];
    return [{ comment: readBackfillComment(inner), source: lines.span(file, start, end) }];
  });
}

/** The mark of a script: the first comment in that form, with the statement that follows it. Null when there is none. */
export function backfillMark(text: string, file: string, statements: readonly Statement[]): BackfillMark | null {
  const [found] = commentsIn(text, file).filter(({ comment }) => comment !== null);
  if (!found?.comment) return null;
  const statement = statements.find((each) => isAfter(each.source, found.source));
  return statement ? { statement: statement.index, ...found.comment } : null;
}

function isAfter(statement: SourceSpan, comment: SourceSpan): boolean {
  return (
    statement.line > comment.line ||
    (statement.line === comment.line && (statement.column ?? 1) > (comment.column ?? 1))
  );
}

/** What is wrong with the marks of a script. An unreadable mark would let the statement run as a whole. */
export function backfillMarkFindings(script: {
  readonly file: string;
  readonly text?: string;
  readonly statements: readonly Statement[];
}): readonly Finding[] {
  const { text, file, statements } = script;
  if (text === undefined) return [];
  const found = commentsIn(text, file);
  const malformed = found.flatMap(({ comment, source }) => (comment === null ? [malformedMark(source)] : []));
  if (malformed.length > 0) return malformed;
  const [first] = found;
  if (!first) return [];
  const alone =
    found.length === 1 && statements.length === 1 && statements.every((s) => isAfter(s.source, first.source));
  return alone ? [] : [notAlone(first.source, statements.length)];
}

function malformedMark(source: SourceSpan): Finding {
  return releaseFinding({
    code: "release.backfill-malformed",
    severity: "error",
    subject: { kind: "statement", name: `${source.file}:${source.line}` },
    message:
      "This comment asks for a backfill, but does not say by which key, or how long a batch takes, in the form that is read.",
    remedy: {
      text: "Write it in this form; a key of several columns is a list, a batch takes 5ms to 60s:",
      sql: BACKFILL_FORM,
    },
    source,
  });
}

function notAlone(source: SourceSpan, statements: number): Finding {
  return releaseFinding({
    code: "release.backfill-not-alone",
    severity: "error",
    subject: { kind: "statement", name: `${source.file}:${source.line}` },
    message:
      statements === 0
        ? "This comment asks for a backfill, and no statement follows it."
        : "A backfill commits after every batch, so its statement must be the only one of its migration, with one comment above it.",
    remedy: { text: "Give the statement a migration of its own." },
    source,
  });
}
