import { flywayRunsOutside, refusedInTransaction } from "../postgres/transactionality.js";
import { isParsed, parseSql } from "../sql/parse.js";
import type { ParsedStatement, UnparsedStatement } from "../sql/statement.js";
import { backfillMark } from "./backfill-mark.js";
import { sha256 } from "./checksums/sha.js";
import type { ScriptSource, Sending } from "./convention.js";
import { withoutOwnTransactions } from "./own-transactions.js";
import type { Script, TransactionMode } from "./release.js";

export type AnyStatement = ParsedStatement | UnparsedStatement;

/** A script whose statements still carry their trees. */
export interface ReadScript {
  readonly script: Script;
  readonly statements: readonly AnyStatement[];
}

/** Comments that waive a lint finding begin with it. */
const WAIVER_MARK = "schema-gate:";

/** Reads the SQL of a file, or of the part of it that is the script. Positions refer to the whole file. */
export function readSqlScript(source: ScriptSource): ReadScript {
  const { file } = source;
  const text = source.start === undefined ? file.text : stretchOf(file.text, source.start, source.end);
  const all = parseSql(text, file.path).statements;
  const { statements, isolation, commits } = withoutOwnTransactions(all, source.transaction);
  const plainStatements = statements.map(plain);
  const backfill = backfillMark(text, file.path, plainStatements);
  const script: Script = {
    file: file.path,
    language: "sql",
    statements: plainStatements,
    transaction: transactionOf(source.transaction, statements),
    isolation: isolation ?? "read committed",
    ...(commits.length > 0 ? { commits } : {}),
    checksum: sha256(file.bytes),
    ...(backfill ? { backfill } : {}),
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

/** Plain data: the tree is built again where it is needed. */
export function plain(statement: AnyStatement, index: number): Script["statements"][number] {
  return { index, sql: statement.sql, source: statement.source };
}

/** The text with everything outside the part blanked, so that every position stays the same. */
function stretchOf(text: string, start: number, end = text.length): string {
  return text.slice(0, start).replace(/[^\n]/g, " ") + text.slice(start, end);
}
