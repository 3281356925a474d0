import { flywayRunsOutside, refusedInTransaction } from "../postgres/concurrently.js";
import { isParsed, parseSql } from "../sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { sha256 } from "./checksums/sha.js";
import type { ScriptSource, Sending } from "./convention.js";
import type { IsolationLevel, Script, TransactionMode } from "./release.js";

export type AnyStatement = ParsedStatement | UnparsedStatement;

/** A script whose statements still carry their trees. */
export interface ReadScript {
  readonly script: Script;
  readonly statements: readonly AnyStatement[];
}

/** Comments that waive a finding of lint begin with it. */
const WAIVER_MARK = "schema-gate:";

/** Reads the SQL of a file, or of the stretch of it that is the script. Places stay those of the whole file. */
export function readSqlScript(source: ScriptSource): ReadScript {
  const { file } = source;
  const text = source.start === undefined ? file.text : stretchOf(file.text, source.start, source.end);
  const all = parseSql(text, file.path).statements;
  const { statements, isolation } = withoutOuterTransaction(all);
  const script: Script = {
    file: file.path,
    language: "sql",
    statements: statements.map(plain),
    transaction: transactionOf(source.transaction, statements),
    isolation: isolation ?? "read committed",
    checksum: sha256(file.bytes),
    ...(text.includes(WAIVER_MARK) ? { text } : {}),
  };
  return { script, statements };
}

/** Which transaction the framework gives these statements. */
function transactionOf(sending: Sending, statements: readonly AnyStatement[]): TransactionMode {
  if (sending === "single" || sending === "none") return sending;
  const parsed = statements.filter(isParsed);
  if (parsed.length === 0 || parsed.length < statements.length) return "single";
  const outside =
    sending === "one query"
      ? parsed.length === 1 && parsed.every((each) => refusedInTransaction(each) !== undefined)
      : parsed.every(flywayRunsOutside);
  return outside ? "none" : "single";
}

/** Plain data: the tree is made again where it is needed. */
export function plain(statement: AnyStatement, index: number): Script["statements"][number] {
  return { index, sql: statement.sql, source: statement.source };
}

/** The text with everything outside the stretch blanked, so that every place stays where it was. */
function stretchOf(text: string, start: number, end = text.length): string {
  return text.slice(0, start).replace(/[^\n]/g, " ") + text.slice(start, end);
}

/**
 * A script that opens a transaction in its first statement and commits it in its last says what we do anyway: the pair
 * is left out, because the ledger's row belongs into the same transaction. Its isolation level is kept.
 */
function withoutOuterTransaction(all: readonly AnyStatement[]): {
  statements: readonly AnyStatement[];
  isolation: IsolationLevel | null;
} {
  const begin = transactionKind(all[0]);
  const commit = transactionKind(all.at(-1));
  const inner = all.slice(1, -1);
  const opens = begin === "TRANS_STMT_BEGIN" || begin === "TRANS_STMT_START";
  if (!opens || commit !== "TRANS_STMT_COMMIT" || inner.some((each) => transactionKind(each) !== null)) {
    return { statements: all, isolation: null };
  }
  return { statements: inner.map((each, index) => ({ ...each, index })), isolation: isolationOf(all[0]) };
}

function transactionKind(statement: AnyStatement | undefined): string | null {
  if (!statement || !isParsed(statement) || !("TransactionStmt" in statement.node)) return null;
  return statement.node.TransactionStmt.kind ?? null;
}

function isolationOf(statement: AnyStatement | undefined): IsolationLevel | null {
  const text = /\bisolation\s+level\s+(serializable|repeatable\s+read|read\s+committed)\b/i.exec(statement?.sql ?? "");
  const level = text?.[1]?.toLowerCase().replace(/\s+/g, " ");
  return level === "serializable" || level === "repeatable read" || level === "read committed" ? level : null;
}
