import type { Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";
import { atLeast, type TableLock } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { isBounded, rowWrite } from "./support/row-writes.js";

export const backfillUnderLock: Rule = {
  id: "SG095",
  slug: "backfill-under-lock",
  title: "Rows are filled in the transaction that changed the schema",
  condition:
    "UPDATE, DELETE or INSERT … SELECT over many rows in a transaction that holds SHARE ROW EXCLUSIVE or more on an existing table. Where it is not known whether the runner wraps the file in a transaction, that is said.",
  effect:
    "Locks are held to the end of the transaction: a millisecond change becomes a lock for as long as the rows take.",
  workaround: "Three releases (or files): change the schema, fill the rows in batches, then constrain.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["UpdateStmt", "DeleteStmt", "InsertStmt", "SelectStmt"],
  *check(statement, known) {
    const write = rowWrite(statement);
    if (!write || (isBounded(write.where) && write.verb !== "INSERT … SELECT")) return;
    const held = lockBefore(statement, known);
    if (!held) return;
    const if_ = held.certain ? "" : "If the runner wraps this file in a transaction, ";
    const who = held.lock.mode === "AccessExclusiveLock" ? "reads or writes" : "writes to";
    const text = `${if_}${if_ ? "the" : "The"} lock on ${tableName(held.lock.table)} (line ${held.line}) is held while this ${write.verb} runs over ${tableName(write.table)}; nobody ${who} ${tableName(held.lock.table)} until the end.`;
    yield {
      statement,
      location: write.table.location,
      subject: { kind: "table", name: tableName(write.table) },
      table: write.table,
      ...(held.certain ? {} : { severity: "warning" as const }),
      message: text,
      remedy: {
        text: "Change the schema in one file, fill the rows in batches in the next, and constrain in a third.",
      },
    };
  },
};

interface Held {
  readonly lock: TableLock;
  readonly line: number;
  readonly certain: boolean;
}

function lockBefore(statement: LintStatement, known: Known): Held | undefined {
  const [held] = known.locksHeld(statement.transaction).filter((lock) => atLeast(lock.mode, "ShareRowExclusiveLock"));
  if (held) return { lock: held, line: held.statement.source.line, certain: true };
  if (statement.transaction || statement.script.transaction !== "unknown") return undefined;
  const lock = known.strongLocksBefore(statement).find((item) => atLeast(item.mode, "ShareRowExclusiveLock"));
  return lock && !known.choseTransactions(statement)
    ? { lock, line: lock.statement.source.line, certain: false }
    : undefined;
}
