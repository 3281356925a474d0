import { readableRelation } from "../../sql/readable-name.js";
import { as, constant } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const disableTrigger: Rule = {
  id: "SG081",
  slug: "disable-trigger",
  title: "Triggers are switched off",
  condition: "ALTER TABLE … DISABLE TRIGGER, or SET session_replication_role = replica.",
  effect:
    "What they enforce is not enforced; with ALL (or the replica role) foreign keys are not checked either, and the rows that break them stay. For all sessions, until somebody switches them on again. Writers wait for the lock.",
  workaround: "Let the triggers run, or repair afterwards what they would have done and check the foreign keys.",
  lock: "ShareRowExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["VariableSetStmt", "AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser"],
  *check(statement, known) {
    const set = as(statement.node, "VariableSetStmt");
    if (set?.name === "session_replication_role" && constant(set.args?.[0]) === "replica") {
      yield {
        statement,
        subject: { kind: "setting", name: "session_replication_role" },
        message: "No trigger fires and no foreign key is checked for what this session writes from here on.",
        remedy: { text: "Let the triggers run, or check the foreign keys of every table that is written." },
      };
    }
    for (const { table, command } of alterCommands(
      statement,
      "AT_DisableTrig",
      "AT_DisableTrigAll",
      "AT_DisableTrigUser",
    )) {
      if (known.isNew(table, statement)) continue;
      const all = command.subtype === "AT_DisableTrigAll";
      const which = command.subtype === "AT_DisableTrig" ? `The trigger ${command.name}` : "No trigger";
      yield {
        statement,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `${which} of ${tableName(table)} ${which.startsWith("No") ? "fires" : "is silent"} for any session until it is switched on again${all ? ", and its foreign keys are not checked" : ""}.`,
        remedy: {
          text: "Let the triggers run; or switch them on again in the same transaction and repair what they would have done.",
          sql: `ALTER TABLE ${readableRelation(table)} ENABLE TRIGGER ${command.subtype === "AT_DisableTrig" ? command.name : all ? "ALL" : "USER"};`,
        },
      };
    }
  },
};
