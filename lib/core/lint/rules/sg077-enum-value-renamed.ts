import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const enumValueRenamed: Rule = {
  id: "SG077",
  slug: "enum-value-renamed",
  title: "An enum value is renamed",
  condition: "ALTER TYPE … RENAME VALUE.",
  effect:
    "Code that writes or compares the old value fails at once; old and new code run side by side while a release rolls out.",
  workaround: "Add the new value, write it, change the rows over in batches, and leave the old one unused.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterEnumStmt"],
  *check(statement) {
    const alter = as(statement.node, "AlterEnumStmt");
    if (alter?.oldVal === undefined) return;
    const type = strings(alter.typeName).join(".");
    yield {
      statement,
      subject: { kind: "type", name: type },
      message: `Code that writes or compares '${alter.oldVal}' of ${type} fails from the moment that it is called '${alter.newVal}'.`,
      remedy: { text: "Add the new value, change the rows over in batches, and leave the old value unused." },
    };
  },
};
