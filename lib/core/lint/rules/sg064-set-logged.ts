import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const setLogged: Rule = {
  id: "SG064",
  slug: "set-logged",
  title: "SET LOGGED or UNLOGGED rewrites the table",
  condition: "ALTER TABLE … SET LOGGED or SET UNLOGGED.",
  effect:
    "The whole table is rewritten under ACCESS EXCLUSIVE; an unlogged one is emptied by a crash and is not on the replicas.",
  workaround: "Create the table as it should be and copy the rows in batches.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_SetLogged", "AT_SetUnLogged"],
  *check(statement) {
    for (const { table, command } of alterCommands(statement, "AT_SetLogged", "AT_SetUnLogged")) {
      const after = command.subtype === "AT_SetUnLogged" ? " A crash empties it from then on." : "";
      yield {
        statement,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `This rewrites ${tableName(table)} under ACCESS EXCLUSIVE.${after}`,
        remedy: { text: "Create a new table as it should be, copy the rows in batches and change over." },
      };
    }
  },
};
