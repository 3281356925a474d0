import { concurrently } from "../../postgres/concurrently.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const notRepeatable: Rule = {
  id: "SG098",
  slug: "not-repeatable",
  title: "A file outside a transaction that cannot be run again",
  condition:
    "A file that is known to run outside a transaction creates something without IF NOT EXISTS, and more statements follow.",
  effect: "If a later statement fails, what came before stays; running the file again then fails at this statement.",
  workaround: "Write IF NOT EXISTS (and see SG099), or give each statement a file of its own.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt", "IndexStmt", "CreateSeqStmt", "CreateSchemaStmt", "CreateExtensionStmt"],
  *check(statement) {
    const { script } = statement;
    if (script.transaction !== "none" || statement.transaction || concurrently(statement)) return;
    const node =
      as(statement.node, "CreateStmt") ??
      as(statement.node, "IndexStmt") ??
      as(statement.node, "CreateSeqStmt") ??
      as(statement.node, "CreateSchemaStmt") ??
      as(statement.node, "CreateExtensionStmt");
    if (!node || node.if_not_exists || statement.index >= script.statements.length - 1) return;
    yield {
      statement,
      subject: { kind: "file", name: script.file },
      message: "This file runs outside a transaction: if a later statement fails, running it again fails here.",
      remedy: { text: "Add IF NOT EXISTS, or move the statement into a file of its own." },
    };
  },
};
