import { concurrently } from "../../postgres/concurrently.js";
import { as } from "../../sql/tree.js";
import type { LintScript, LintStatement } from "../lint-statement.js";
import { tableLocks } from "../table-locks.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const concurrentlyWithOthers: Rule = {
  id: "SG049",
  slug: "concurrently-with-others",
  title: "CONCURRENTLY with other changes in one file",
  condition: "A file outside a transaction holds a CONCURRENTLY statement and other changes of the schema.",
  effect:
    "If the build fails, the other statements stay done: the file has half applied, and running it again fails at the first of them.",
  workaround: "Give the CONCURRENTLY statement a file of its own.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: [],
  *finish(known) {
    const changes = new Map<LintScript, LintStatement>();
    const reported = new Set<LintScript>();
    for (const statement of known.passed()) {
      const { script } = statement;
      const earlier = changes.get(script);
      if (!concurrently(statement)) {
        if (!earlier && isChange(statement)) changes.set(script, statement);
      } else if (earlier && !statement.transaction && !reported.has(script)) {
        reported.add(script);
        yield {
          statement,
          subject: { kind: "file", name: script.file },
          message: `If this fails, the statements before it (from line ${earlier.source.line} on) stay done, and running the file again meets what they made.`,
          remedy: { text: "Move it into a file of its own." },
        };
      }
    }
  },
};

function isChange(statement: LintStatement): boolean {
  return tableLocks(statement.node).length > 0 || as(statement.node, "CreateStmt") !== undefined;
}
