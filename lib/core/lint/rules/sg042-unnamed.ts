import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

const NAMED = new Set(["CONSTR_CHECK", "CONSTR_UNIQUE", "CONSTR_FOREIGN", "CONSTR_EXCLUSION"]);

export const unnamed: Rule = {
  id: "SG042",
  slug: "unnamed",
  title: "A constraint or index without a name of its own",
  condition: "ADD CHECK, UNIQUE, FOREIGN KEY or EXCLUDE, or CREATE INDEX, without a name.",
  effect:
    "The server makes one up from what is free at that moment, so that tenants may end up with different names and a later DROP by name fails for some.",
  workaround: "Write the name.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["IndexStmt", "AT_AddConstraint"],
  *check(statement) {
    const index = as(statement.node, "IndexStmt");
    if (index?.relation && index.idxname === undefined) {
      yield {
        statement,
        subject: { kind: "table", name: tableName(index.relation) },
        message: `The index on ${tableName(index.relation)} has no name; the server chooses one that may differ between tenants.`,
        remedy: { text: "Write CREATE INDEX name ON …" },
      };
    }
    for (const { table, command } of alterCommands(statement, "AT_AddConstraint")) {
      const constraint = as(command.def, "Constraint");
      if (!constraint || constraint.conname !== undefined || !NAMED.has(constraint.contype ?? "")) continue;
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "table", name: tableName(table) },
        table,
        message: `A constraint of ${tableName(table)} has no name; the server chooses one that may differ between tenants.`,
        remedy: { text: "Write ADD CONSTRAINT name …" },
      };
    }
  },
};
