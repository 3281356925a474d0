import { as, listItems, strings } from "../../sql/tree.js";
import { relation } from "../table-locks.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const dropTrigger: Rule = {
  id: "SG080",
  slug: "drop-trigger",
  title: "A trigger is dropped",
  condition: "DROP TRIGGER on a table that was not made in the same release, unless the same file recreates it.",
  effect:
    "ACCESS EXCLUSIVE is taken: it waits for every open query of the table, and all others wait behind it. What the trigger enforced is no longer enforced.",
  workaround:
    "Set a short lock_timeout and retry. To replace it, CREATE OR REPLACE TRIGGER (from PostgreSQL 14 on) needs less.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["DropStmt"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_TRIGGER") return;
    for (const object of drop.objects ?? []) {
      const parts = strings(listItems(object));
      const table = parts.slice(0, -1);
      if (known.isNew(relation(table), statement)) continue;
      yield {
        statement,
        subject: { kind: "trigger", name: parts.join(".") },
        message: `Dropping ${parts.at(-1)} takes ACCESS EXCLUSIVE on ${table.join(".")}, and what it enforced is no longer enforced.`,
        remedy: { text: "Set a short lock_timeout and retry.", sql: "SET lock_timeout = '2s';" },
      };
    }
  },
};
