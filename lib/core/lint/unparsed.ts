import type { Finding } from "../finding.js";
import type { UnparsedStatement } from "../sql/statement.js";
import { placeWithin } from "./place.js";

interface Likeness {
  readonly pattern: RegExp;
  readonly text: string;
}

/** What text that PostgreSQL refuses usually is. */
const LIKENESSES: readonly Likeness[] = [
  {
    pattern: /^\\/,
    text: "psql runs this command itself and never sends it to the server. Put what it does into SQL, or run the file with psql before the gate.",
  },
  {
    pattern: /\bcopy\b[\s\S]*\bfrom\s+stdin\b/i,
    text: "Only psql understands the rows after COPY … FROM stdin. Write INSERT, or load them outside the migration.",
  },
  {
    pattern: /\{\{|\{%|<%|\$\{/,
    text: "This looks like a template. Render it first and lint the result.",
  },
  {
    pattern: /(?<!:):(?:'[A-Za-z_]\w*'|"[A-Za-z_]\w*"|[A-Za-z_]\w*)/,
    text: "This looks like a psql variable or a bound parameter, which the server does not know. Write the value.",
  },
  {
    pattern: /\bautoincrement\b|^\s*pragma\b|\bwithout\s+rowid\b/i,
    text: "This looks like SQLite. If the file is for another database, leave its folder out of the paths to lint.",
  },
  {
    pattern: /`|\bauto_increment\b|\bengine\s*=|\bunsigned\b|\bafter\s+`?\w+`?\s*$/i,
    text: "This looks like MySQL. If the file is for another database, leave its folder out of the paths to lint.",
  },
];

/** A statement that the parser refused: nothing is known about it, so it blocks. */
export function unparsedFinding(statement: UnparsedStatement): Finding {
  const likeness = LIKENESSES.find(({ pattern }) => pattern.test(statement.sql));
  const text = likeness?.text ?? "Correct the statement at the place shown. The grammar is that of PostgreSQL 18.";
  return {
    code: "lint.unparsed",
    gate: "lint",
    severity: "error",
    unknown: true,
    subject: { kind: "statement", name: firstWords(statement.sql) },
    message: `This statement cannot be parsed, so what it does is not known: ${statement.error}.`,
    remedy: { text },
    source: placeWithin(statement, Math.min(statement.errorAt, Math.max(0, statement.sql.length - 1))),
  };
}

function firstWords(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
