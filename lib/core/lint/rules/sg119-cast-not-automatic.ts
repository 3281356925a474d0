import { castsByItself } from "../../postgres/automatic-cast.js";
import { printType, typeOf } from "../../postgres/column-type.js";
import { readableName } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const castNotAutomatic: Rule = {
  id: "SG119",
  slug: "cast-not-automatic",
  title: "A column gets a type to which the server does not cast by itself",
  condition:
    "ALTER COLUMN … TYPE without USING between types of PostgreSQL that no assignment casts, such as text to integer, where no cast of the team's own is known.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Say with USING how the values are converted.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["AT_AlterColumnType"],
  *check(statement, known) {
    if (known.ownCasts) return;
    for (const { table, command } of alterCommands(statement, "AT_AlterColumnType")) {
      const definition = as(command.def, "ColumnDef");
      const from = known.table(table)?.columns.get(command.name ?? "")?.type;
      const to = typeOf(definition?.typeName);
      if (!from || !to || definition?.raw_default || castsByItself(from, to) !== false) continue;
      const column = readableName(command.name ?? "");
      yield {
        statement,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `The server refuses to change ${tableName(table)}.${command.name} from ${printType(from)} to ${printType(to)}, because it does not cast between them by itself.`,
        remedy: { text: `Say how the values are converted, as in USING ${column}::${printType(to)}.` },
      };
    }
  },
};
