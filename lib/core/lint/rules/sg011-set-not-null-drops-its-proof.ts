import { readableName, readableRelation } from "../../sql/readable-name.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { commandCount, mayBeSplit } from "./support/fixable.js";
import { provingChecks } from "./support/proof.js";

export const setNotNullDropsItsProof: Rule = {
  id: "SG011",
  slug: "set-not-null-drops-its-proof",
  title: "SET NOT NULL and DROP of the CHECK that proves it, in one ALTER TABLE",
  condition: "One ALTER TABLE sets a column NOT NULL and drops the only valid CHECK that proves it free of NULLs.",
  effect:
    "The server drops the constraint first, whatever the order in the text, and so reads every row under ACCESS EXCLUSIVE: the detour through the CHECK gained nothing.",
  workaround: "Drop the CHECK in an ALTER TABLE of its own, after SET NOT NULL.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_SetNotNull"],
  *check(statement, known) {
    const dropped = alterCommands(statement, "AT_DropConstraint").map(({ command }) => command.name ?? "");
    const sets = alterCommands(statement, "AT_SetNotNull");
    if (dropped.length === 0) return;
    for (const { table, command } of sets) {
      const now = known.table(table);
      const proofs = provingChecks(now, command.name ?? "");
      const lost = proofs.filter((name) => name !== null && dropped.includes(name));
      if (proofs.length === 0 || lost.length < proofs.length || now?.columns.get(command.name ?? "")?.notNull) continue;
      const relation = readableRelation(table);
      const set = `ALTER TABLE ${relation} ALTER COLUMN ${readableName(command.name ?? "")} SET NOT NULL`;
      const drops = lost.map((name) => `ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(name ?? "")}`);
      const simple =
        sets.length === 1 && sets.length + dropped.length === commandCount(statement) && mayBeSplit(statement);
      yield {
        statement,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `The constraint ${lost.join(", ")} that proves ${tableName(table)}.${command.name} free of NULLs is dropped by the same ALTER TABLE. The server drops it first and then reads the whole table under ACCESS EXCLUSIVE.`,
        remedy: { text: "Use two statements.", sql: `${[set, ...drops].join(";\n")};` },
        ...(simple && dropped.length === lost.length ? { fix: [set, ...drops] } : {}),
      };
    }
  },
};
