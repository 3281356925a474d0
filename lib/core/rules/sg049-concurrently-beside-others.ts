import type { LintStatement } from "../lint/lint-statement.js";
import { tableLocks } from "../lint/table-locks.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { as } from "./support/ast.js";
import { concurrently } from "./support/concurrently.js";

export const concurrentlyBesideOthers: Rule = {
  id: "SG049",
  slug: "concurrently-beside-others",
  title: "CONCURRENTLY beside other changes in one file",
  condition: "A file outside of a transaction holds a CONCURRENTLY statement and other changes of the schema.",
  effect:
    "Should the build fail, the other statements stay done: the file has half applied, and running it again fails at the first of them.",
  workaround: "Give the CONCURRENTLY statement a file of its own.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: [],
  *check(statement, known) {
    if (statement.transaction || !concurrently(statement)) return;
    const earlier = known.before(statement);
    if (earlier.some((other) => concurrently(other) && earlier.some(isOtherChange))) return;
    const other = earlier.find(isOtherChange);
    if (!other) return;
    yield {
      statement,
      subject: { kind: "file", name: statement.script.file },
      message: `Should this fail, the statements before it (from line ${other.source.line} on) stay done, and running the file again meets what they made.`,
      remedy: { text: "Move it into a file of its own." },
    };
  },
};

function isOtherChange(statement: LintStatement): boolean {
  if (concurrently(statement)) return false;
  return tableLocks(statement.node).length > 0 || as(statement.node, "CreateStmt") !== undefined;
}
