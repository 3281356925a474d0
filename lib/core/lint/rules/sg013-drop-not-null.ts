import { readableName, readableRelation } from "../../sql/readable-name.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const dropNotNull: Rule = {
  id: "SG013",
  slug: "drop-not-null",
  title: "Readers start to see NULLs",
  condition: "ALTER COLUMN … DROP NOT NULL on an existing table.",
  effect: "Code that reads the column never met a NULL in it. It will, as soon as a writer stores one.",
  workaround: "Deploy readers that accept NULL first.",
  lock: "AccessExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["AT_DropNotNull"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_DropNotNull")) {
      const column = known.table(table)?.columns.get(command.name ?? "");
      if (known.isNew(table, statement) || column?.notNull === false) continue;
      yield {
        statement,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `${tableName(table)}.${command.name} may be NULL from now on; code that reads it may not expect that.`,
        remedy: {
          text: "Make sure that every reader can handle NULL before this runs. The way back needs the rows to be free of NULLs:",
          sql: `SELECT count(*) FROM ${readableRelation(table)} WHERE ${readableName(command.name ?? "")} IS NULL;`,
        },
      };
    }
  },
};
