import { ALL_VERSIONS, type Rule } from "./rule.js";
import { droppedUnderOthers } from "./support/dropped-under-others.js";

export const dropRefused: Rule = {
  id: "SG121",
  slug: "drop-refused",
  title: "Something is dropped that others use",
  condition:
    "DROP TABLE, VIEW, MATERIALIZED VIEW, TYPE, DOMAIN or CONSTRAINT without CASCADE, where a foreign key, view, rule, policy, function, child table or column that is known needs it.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Drop what uses it first, or with it in one statement; CASCADE drops that too.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["DropStmt", "AT_DropConstraint"],
  *check(statement, known) {
    for (const { kind, name, users } of droppedUnderOthers(statement, known)) {
      yield {
        statement,
        subject: { kind, name },
        message: `The server refuses to drop the ${kind} ${name}, because ${users.join(", ")} ${users.length === 1 ? "needs" : "need"} it.`,
        remedy: { text: `Drop ${users.join(", ")} first.` },
      };
    }
  },
};
