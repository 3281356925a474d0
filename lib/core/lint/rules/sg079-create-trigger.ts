import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const createTrigger: Rule = {
  id: "SG079",
  slug: "create-trigger",
  title: "A trigger is added to an existing table",
  condition: "CREATE TRIGGER on a table that was not made in the same release.",
  effect:
    "SHARE ROW EXCLUSIVE is taken: it waits for every open writer, and writers wait behind it. From then on each write does more than before.",
  workaround: "Set a short lock_timeout and retry.",
  lock: "ShareRowExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateTrigStmt"],
  *check(statement, known) {
    const trigger = as(statement.node, "CreateTrigStmt");
    const table = trigger?.relation;
    if (!table || known.isNew(table, statement)) return;
    yield {
      statement,
      location: table.location,
      subject: { kind: "trigger", name: `${tableName(table)}.${trigger.trigname}` },
      message: `${trigger.trigname} takes SHARE ROW EXCLUSIVE on ${tableName(table)} and from then on runs with its writes.`,
      remedy: { text: "Set a short lock_timeout and retry.", sql: "SET lock_timeout = '2s';" },
    };
  },
};
