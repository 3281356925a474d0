import { as, strings } from "../../sql/tree.js";
import { partsKey } from "../known/key.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const enumValueInTransaction: Rule = {
  id: "SG076",
  slug: "enum-value-in-transaction",
  title: "An enum value is added in a transaction with other statements",
  condition:
    "ALTER TYPE … ADD VALUE after BEGIN, or in a file that the framework wraps, next to statements that do more than add values; unless the type was made in the same transaction.",
  effect:
    "Nothing in the transaction may use the value yet, not even a default or a CHECK that names it, and a later statement that does fails the migration. The value cannot be removed again.",
  workaround: "Add the value by itself, before the release that uses it.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AlterEnumStmt"],
  *check(statement, known) {
    const alter = as(statement.node, "AlterEnumStmt");
    if (!alter?.newVal || alter.oldVal !== undefined || !statement.transaction) return;
    const others = statement.script.statements.filter(
      ({ sql }) => !/^(?:alter\s+type|set|begin|start|commit)\b/i.test(sql),
    );
    if (others.length === 0) return;
    const type = strings(alter.typeName);
    const creator = known.types.get(partsKey(type))?.createdBy;
    if (creator && creator.transaction?.id === statement.transaction.id) return;
    yield {
      statement,
      subject: { kind: "type", name: type.join(".") },
      message: `Until this transaction commits, no statement of it may use '${alter.newVal}', the new value of ${type.join(".")}.`,
      remedy: { text: "Add the value in a file of its own.", sql: `${statement.sql};` },
    };
  },
};
