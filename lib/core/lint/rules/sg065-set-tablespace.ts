import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const setTablespace: Rule = {
  id: "SG065",
  slug: "set-tablespace",
  title: "A new table space or access method copies the table",
  condition: "ALTER TABLE … SET TABLESPACE or SET ACCESS METHOD.",
  effect: "The whole table is copied under ACCESS EXCLUSIVE.",
  workaround: "Use a tool that copies the table while it stays in use (pg_repack), or a maintenance window.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_SetTableSpace", "AT_SetAccessMethod"],
  *check(statement, known) {
    for (const { table } of alterCommands(statement, "AT_SetTableSpace", "AT_SetAccessMethod")) {
      if (known.table(table)?.kind === "partitioned") continue;
      yield {
        statement,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `This copies all of ${tableName(table)} under ACCESS EXCLUSIVE.`,
        remedy: { text: "Copy it with a tool that works while the table stays in use, or in a maintenance window." },
      };
    }
  },
};
