import { readableRelation } from "../../sql/readable-name.js";
import { as, option, optionIsOn } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const autovacuumOff: Rule = {
  id: "SG067",
  slug: "autovacuum-off",
  title: "Autovacuum is switched off",
  condition: "SET (autovacuum_enabled = false), in ALTER TABLE or CREATE TABLE.",
  effect:
    "Dead rows pile up and statistics grow stale, until an emergency vacuum against transaction wraparound comes at a bad time.",
  workaround: "Leave it on; tune autovacuum_vacuum_scale_factor or cost limits of the table instead.",
  lock: "ShareUpdateExclusiveLock",
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["CreateStmt", "AT_SetRelOptions"],
  *check(statement) {
    const create = as(statement.node, "CreateStmt");
    const created = create?.relation ? [{ table: create.relation, options: create.options }] : [];
    const altered = alterCommands(statement, "AT_SetRelOptions").map(({ table, command }) => ({
      table,
      options: as(command.def, "List")?.items,
    }));
    for (const { table, options } of [...created, ...altered]) {
      if (!option(options, "autovacuum_enabled") || optionIsOn(options, "autovacuum_enabled")) continue;
      yield {
        statement,
        location: option(options, "autovacuum_enabled")?.location,
        subject: { kind: "table", name: tableName(table) },
        message: `Nothing cleans ${tableName(table)} any more, until an emergency vacuum does so, perhaps at a bad time.`,
        remedy: {
          text: "Leave autovacuum on and tune it for the table.",
          sql: `ALTER TABLE ${readableRelation(table)} SET (autovacuum_vacuum_scale_factor = 0.01);`,
        },
      };
    }
  },
};
