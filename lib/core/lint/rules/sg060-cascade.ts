import { as, listItems, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const cascade: Rule = {
  id: "SG060",
  slug: "cascade",
  title: "CASCADE drops what is not named",
  condition: "DROP … CASCADE of a table, view, type, function, column or constraint. Schemas are SG059.",
  effect:
    "Views, foreign keys, defaults and functions that depend on it go with it, in each tenant perhaps others, and nobody is asked.",
  workaround: "Leave CASCADE out: the server then lists what depends on it. Drop those by name.",
  lock: null,
  work: "delete",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["DropStmt", "AT_DropColumn", "AT_DropConstraint"],
  *check(statement, known) {
    const drop = as(statement.node, "DropStmt");
    const names: string[] = [];
    if (drop?.behavior === "DROP_CASCADE" && drop.removeType !== "OBJECT_SCHEMA") {
      for (const object of drop.objects ?? []) {
        const typeName = as(object, "TypeName");
        const named = strings(typeName ? typeName.names : (as(object, "ObjectWithArgs")?.objname ?? listItems(object)));
        const table = known.tables.get(named.at(-1) ?? "");
        if (!(table && known.isNewTable(table, statement))) names.push(named.join("."));
      }
    }
    for (const { table, command } of alterCommands(statement, "AT_DropColumn", "AT_DropConstraint")) {
      if (command.behavior === "DROP_CASCADE") names.push(`${table.relname}.${command.name}`);
    }
    for (const name of names) {
      yield {
        statement,
        subject: { kind: "object", name },
        message: `CASCADE drops everything that depends on ${name}, which may differ from tenant to tenant.`,
        remedy: { text: "Leave CASCADE out, see what the server lists, and drop that by name." },
      };
    }
  },
};
