import { as } from "../../sql/tree.js";
import { foreignKeysOf } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const newTableLocksTheParent: Rule = {
  id: "SG035",
  slug: "new-table-locks-the-parent",
  title: "A foreign key of a new table locks the parent",
  condition: "CREATE TABLE with a foreign key to an existing table.",
  effect:
    "SHARE ROW EXCLUSIVE is taken on the parent until the transaction ends: writes to it wait behind, and it waits for every open writer.",
  workaround:
    "Keep the transaction short, with a short lock_timeout; or create the table without the foreign key and add it by itself afterwards.",
  lock: "ShareRowExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt"],
  *check(statement, known) {
    const create = as(statement.node, "CreateStmt");
    const own = create?.relation;
    if (!own) return;
    for (const key of foreignKeysOf(statement.node)) {
      const parent = key.pktable;
      if (!parent || tableName(parent) === tableName(own) || known.isNew(parent, statement)) continue;
      yield {
        statement,
        location: key.location,
        subject: { kind: "table", name: tableName(parent) },
        message: `The foreign key of the new table ${tableName(own)} takes SHARE ROW EXCLUSIVE on ${tableName(parent)}: its writers wait until this transaction ends.`,
        remedy: { text: "Keep the transaction short and set a short lock_timeout.", sql: "SET lock_timeout = '2s';" },
      };
    }
  },
};
