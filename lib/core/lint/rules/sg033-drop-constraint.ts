import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { provesNotNull } from "./support/proof.js";

export const dropConstraint: Rule = {
  id: "SG033",
  slug: "drop-constraint",
  title: "A constraint is dropped",
  condition:
    "DROP CONSTRAINT on an existing table, unless the same statement adds it again, the same release added it, or it only repeats what NOT NULL says.",
  effect: "From that moment on rows may be stored that break it, and putting it back needs every row to be checked.",
  workaround: "Add the constraint that takes its place first.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["AT_DropConstraint"],
  *check(statement, known) {
    const added = alterCommands(statement, "AT_AddConstraint").map(
      ({ command }) => as(command.def, "Constraint")?.conname,
    );
    for (const { table, command } of alterCommands(statement, "AT_DropConstraint")) {
      if (known.isNew(table, statement) || added.includes(command.name)) continue;
      const now = known.table(table);
      const constraint = now?.constraints.find((item) => item.name === command.name);
      if (constraint?.addedBy && known.sameRelease(constraint.addedBy, statement)) continue;
      const repeats = constraint?.columns.some(
        (column) => now?.columns.get(column)?.notNull && provesNotNull(constraint.expression, column),
      );
      if (repeats) continue;
      yield {
        statement,
        subject: { kind: "constraint", name: `${tableName(table)}.${command.name}` },
        table,
        message: `Without ${command.name}, ${tableName(table)} may take rows that break what it guaranteed${constraint ? ` (${constraint.type})` : ""}.`,
        remedy: { text: "Add what takes its place before it goes, and make sure that no code relies on it." },
      };
    }
  },
};
