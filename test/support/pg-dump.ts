import { execFileSync } from "node:child_process";
import { canonicalArrays } from "../../lib/core/catalog/printed-arrays.js";

/** A client at least as new as the server; `SCHEMA_GATE_PG_DUMP` names one that is not on the PATH. */
const PROGRAM = process.env.SCHEMA_GATE_PG_DUMP ?? "pg_dump";

/** Major version of the client; null when there is none. */
export function pgDumpMajor(): number | null {
  try {
    return Number(/\d+/.exec(execFileSync(PROGRAM, ["--version"], { encoding: "utf8" }))?.[0]);
  } catch {
    return null;
  }
}

/** Schema and rows as pg_dump writes them, without what the product keeps aside. */
export function pgDump(url: string, ...options: readonly string[]): string {
  return execFileSync(PROGRAM, ["--exclude-schema=schema_gate", ...options, url], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
}

/**
 * A dump in an order of its own: entries and rows sorted. Without the random token of `\restrict` and the positions of
 * sequences. `anyColumnOrder` sorts columns too.
 */
export function normalDump(dump: string, anyColumnOrder: boolean): string {
  return dump
    .split(/\n--\n(?=-- (?:Name|Data for Name): )/)
    .map((entry) => normalEntry(entry, anyColumnOrder))
    .filter((entry) => entry !== "")
    .sort()
    .join("\n");
}

function normalEntry(entry: string, anyColumnOrder: boolean): string {
  const lines = entry.split("\n").filter((line) => !/^\\(un)?restrict |^SELECT pg_catalog\.setval\(/.test(line));
  const copy = lines.findIndex((line) => /^COPY .* FROM stdin;$/.test(line));
  if (copy >= 0) return normalRows(lines, copy, anyColumnOrder);
  // What is printed of one expression before and after it was read again: test/integration/catalog/other-words.test.ts.
  const text = canonicalArrays(lines.filter((line) => line !== "" && line !== "--").join("\n"));
  if (!anyColumnOrder) return text;
  // PostgreSQL prints the columns of extended statistics by their numbers.
  const statistics = text.replace(
    /^(CREATE STATISTICS .* ON )([\w, ]+)( FROM )/m,
    (_, head: string, columns: string, tail: string) => `${head}${columns.split(", ").sort().join(", ")}${tail}`,
  );
  return statistics.replace(
    /(CREATE (?:UNLOGGED )?TABLE [^\n]* \(\n)([\s\S]*?)(\n\))/,
    (_, head: string, body: string, tail: string) =>
      `${head}${body
        .split("\n")
        .map((line) => line.replace(/,$/, ""))
        .sort()
        .join("\n")}${tail}`,
  );
}

function normalRows(lines: readonly string[], at: number, anyColumnOrder: boolean): string {
  const [, table = "", list = ""] = /^COPY (.*?) \((.*)\) FROM stdin;$/.exec(lines[at] ?? "") ?? [];
  const columns = list.split(", ");
  const order = [...columns.keys()];
  if (anyColumnOrder) order.sort((a, b) => ((columns[a] ?? "") < (columns[b] ?? "") ? -1 : 1));
  const rows = lines
    .slice(at + 1, lines.indexOf("\\.", at))
    .map((row) => row.split("\t"))
    .map((row) => order.map((place) => row[place]).join("\t"))
    .sort();
  return [`COPY ${table} (${order.map((place) => columns[place]).join(", ")})`, ...rows].join("\n");
}

/** The first lines that one dump has and the other has not. */
export function dumpDifference(was: string, is: string): readonly string[] {
  const [before, after] = [was.split("\n"), is.split("\n")];
  const [known, found] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !found.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !known.has(line)).map((line) => `+ ${line}`),
  ].slice(0, 6);
}
