import { parse } from "csv-parse/sync";
import type { LogEntry } from "../../core/workload/read-log.js";

/** Columns of csvlog (PostgreSQL manual, "Using CSV-Format Log Output"). */
const TIME = 0;
const USER = 1;
const DATABASE = 2;
const MESSAGE = 13;

/** The entries of a PostgreSQL log in any of its formats: csvlog, jsonlog, or lines as on stderr. */
export function logEntries(text: string): readonly LogEntry[] {
  const [first = ""] = text.trimStart().split("\n", 1);
  if (first.startsWith("{")) return jsonEntries(text);
  return /^\d{4}-\d\d-\d\d [\d:.]+ [^,\s]*,/.test(first) ? csvEntries(text) : lineEntries(text);
}

function csvEntries(text: string): readonly LogEntry[] {
  const rows: string[][] = parse(text, { relax_column_count: true, relax_quotes: true, skip_records_with_error: true });
  return rows.map((row) => ({
    message: row[MESSAGE] ?? "",
    user: row[USER] || null,
    database: row[DATABASE] || null,
    at: timeOf(row[TIME]),
  }));
}

function jsonEntries(text: string): readonly LogEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { message, user, dbname, timestamp } = JSON.parse(line) as Record<string, string | undefined>;
      return [{ message: message ?? "", user: user ?? null, database: dbname ?? null, at: timeOf(timestamp) }];
    } catch {
      return [];
    }
  });
}

const SEVERITY =
  /^(.*?)\b(?:LOG|DETAIL|HINT|STATEMENT|CONTEXT|QUERY|ERROR|WARNING|NOTICE|INFO|FATAL|PANIC|DEBUG\d?): {2}/;

/** A line that begins with a tab continues the one before it. The text in front is `log_line_prefix`. */
function lineEntries(text: string): readonly LogEntry[] {
  const entries: { prefix: string; message: string }[] = [];
  for (const line of text.split("\n")) {
    const last = entries.at(-1);
    const head = line.startsWith("\t") ? null : SEVERITY.exec(line);
    if (head) entries.push({ prefix: head[1] ?? "", message: line.slice(head[0].length) });
    else if (last && line !== "") last.message += `\n${line.replace(/^\t/, "")}`;
  }
  return entries.map(({ prefix, message }) => ({
    message,
    ...who(prefix),
    at: timeOf(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(prefix)?.[0]),
  }));
}

/** `user=app,db=shop` or `app@shop`, as many people write their prefix. */
function who(prefix: string): Pick<LogEntry, "user" | "database"> {
  const user = /\buser=([^\s,]+)/.exec(prefix)?.[1] ?? /([^\s:[\]]+)@/.exec(prefix)?.[1];
  const database = /\b(?:db|database)=([^\s,]+)/.exec(prefix)?.[1] ?? /@([^\s:[\]]+)/.exec(prefix)?.[1];
  return { user: user ?? null, database: database ?? null };
}

/** `2026-11-29 08:10:45.123 UTC`: only differences are used, so the zone does not matter. */
function timeOf(text: string | undefined): number | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(text ?? "") ?? [];
  return day === undefined ? null : Date.parse(`${day}T${time}Z`);
}
