import { isParsed } from "../sql/parse.js";
import type { Sending } from "./convention.js";
import type { IsolationLevel } from "./release.js";
import type { AnyStatement } from "./script.js";

/** A script without its own transaction statements, and what those were. */
export interface OwnTransactions {
  readonly statements: readonly AnyStatement[];
  readonly isolation: IsolationLevel | null;
  /** Indexes of the statements after which the script commits and continues. */
  readonly commits: readonly number[];
}

/**
 * Removes BEGIN and COMMIT where they say what we do anyway: around the whole script, since the ledger's row belongs to the same transaction; and, in
 * a script that goes to the server as one query, around parts of it, where the transaction ends at the COMMIT and the rest is another. A SET
 * TRANSACTION before any other statement gives the isolation level. Anything else that controls a transaction stays, and is refused.
 */
export function withoutOwnTransactions(all: readonly AnyStatement[], sending: Sending): OwnTransactions {
  const around = aroundAll(all) ?? (sending === "one query" ? aroundParts(all) : null);
  const own = around ?? { statements: all, isolation: null, commits: [] };
  const { statements, isolation } = sending === "none" ? own : withoutSetTransaction(own);
  const removed = own.statements.length - statements.length;
  return {
    statements: statements === all ? all : statements.map((each, index) => ({ ...each, index })),
    isolation,
    commits: own.commits.map((at) => at - removed),
  };
}

function aroundAll(all: readonly AnyStatement[]): OwnTransactions | null {
  const inner = all.slice(1, -1);
  const whole = begins(all[0]) && kindOf(all.at(-1)) === "TRANS_STMT_COMMIT";
  if (!whole || inner.some((each) => kindOf(each) !== null)) return null;
  return { statements: inner, isolation: isolationOf(all[0]), commits: [] };
}

/** Null when BEGIN and COMMIT do not alternate, when one is left open, or when a later one has its own isolation level. */
function aroundParts(all: readonly AnyStatement[]): OwnTransactions | null {
  const statements: AnyStatement[] = [];
  const commits: number[] = [];
  let open = false;
  for (const [at, statement] of all.entries()) {
    const kind = kindOf(statement);
    if (kind === null) statements.push(statement);
    else if (begins(statement) && !open && (at === 0 || isolationOf(statement) === null)) open = true;
    else if (kind === "TRANS_STMT_COMMIT" && open) {
      open = false;
      if (statements.length > 0) commits.push(statements.length - 1);
    } else return null;
  }
  return open ? null : { statements, isolation: begins(all[0]) ? isolationOf(all[0]) : null, commits };
}

function withoutSetTransaction(own: OwnTransactions): Pick<OwnTransactions, "statements" | "isolation"> {
  const first = own.statements.findIndex(
    (each) => !isParsed(each) || !("VariableSetStmt" in each.node) || setsTransaction(each),
  );
  const statement = own.statements[first];
  const isolation = statement && setsTransaction(statement) ? isolationOf(statement) : null;
  if (isolation === null) return own;
  return { statements: own.statements.filter((each) => each !== statement), isolation };
}

function setsTransaction(statement: AnyStatement): boolean {
  if (!isParsed(statement) || !("VariableSetStmt" in statement.node)) return false;
  const { kind, name, args } = statement.node.VariableSetStmt;
  return kind === "VAR_SET_MULTI" && name === "TRANSACTION" && (args ?? []).length === 1;
}

function kindOf(statement: AnyStatement | undefined): string | null {
  if (!statement || !isParsed(statement) || !("TransactionStmt" in statement.node)) return null;
  return statement.node.TransactionStmt.kind ?? null;
}

function begins(statement: AnyStatement | undefined): boolean {
  const kind = kindOf(statement);
  return kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START";
}

function isolationOf(statement: AnyStatement | undefined): IsolationLevel | null {
  const text = /\bisolation\s+level\s+(serializable|repeatable\s+read|read\s+committed)\b/i.exec(statement?.sql ?? "");
  const level = text?.[1]?.toLowerCase().replace(/\s+/g, " ");
  return level === "serializable" || level === "repeatable read" || level === "read committed" ? level : null;
}
