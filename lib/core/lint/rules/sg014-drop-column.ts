import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const dropColumn: Rule = {
  id: "SG014",
  slug: "drop-column",
  title: "A column is dropped",
  condition: "DROP COLUMN on an existing table.",
  effect:
    "Its values are gone, its indexes and constraints with it, and code that still names it fails at once. The table is not rewritten.",
  workaround:
    "Stop reading and writing the column in the code, deploy that everywhere, then drop it in a later release, with its values kept aside.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AT_DropColumn"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DropColumn")) {
      const column = known.table(table)?.columns.get(command.name ?? "");
      const addedHere = column?.addedBy && known.sameRelease(column.addedBy, statement);
      if (known.isNew(table, statement) || addedHere) continue;
      yield {
        statement,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `Dropping ${tableName(table)}.${command.name} loses its values, and code that still names it fails from that moment on.`,
        remedy: {
          text: "Drop it only when no deployed code names it any more. `schema-gate check` plans how its values are kept aside.",
        },
      };
    }
  },
};
