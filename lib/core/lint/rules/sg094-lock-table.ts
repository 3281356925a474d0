import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

/** Mode numbers as the parser gives them, from SHARE up. */
const MODES: Readonly<Record<number, string>> = {
  5: "SHARE",
  6: "SHARE ROW EXCLUSIVE",
  7: "EXCLUSIVE",
  8: "ACCESS EXCLUSIVE",
};

export const lockTable: Rule = {
  id: "SG094",
  slug: "lock-table",
  title: "A table is locked by hand",
  condition: "LOCK TABLE in SHARE mode or stronger, on a table that was not made in the same release.",
  effect: "Writers (and from ACCESS EXCLUSIVE on readers too) wait until the transaction ends.",
  workaround: "Take the weakest mode that does, last in the transaction, with NOWAIT or a short lock_timeout.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["LockStmt"],
  *check(statement, known) {
    const lock = as(statement.node, "LockStmt");
    const mode = MODES[lock?.mode ?? 0];
    if (mode === undefined) return;
    for (const node of lock?.relations ?? []) {
      const table = as(node, "RangeVar");
      if (!table || known.isNew(table, statement)) continue;
      yield {
        statement,
        location: table.location,
        subject: { kind: "table", name: tableName(table) },
        message: `${tableName(table)} is locked in ${mode} mode until the transaction ends${mode === "ACCESS EXCLUSIVE" ? "; nobody reads or writes it" : "; nobody writes to it"}.`,
        remedy: {
          text: "Leave it out where the statement itself locks enough; otherwise take it last, with a short lock_timeout.",
          sql: "SET lock_timeout = '2s';",
        },
      };
    }
  },
};
