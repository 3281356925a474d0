import { typeOf } from "../../postgres/column-type.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";

export const jsonColumn: Rule = {
  id: "SG017",
  slug: "json-column",
  title: "A column of type json",
  condition: "A new column of type json.",
  effect:
    "json has no equality: SELECT DISTINCT, UNION and GROUP BY over the column fail. It is parsed again by each read, and most indexes do not apply.",
  workaround: "Use jsonb, unless the exact text with its white space and order of keys must be kept.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt", "AT_AddColumn"],
  *check(statement) {
    for (const { column, name } of columnDefinitions(statement)) {
      if (typeOf(column.typeName)?.name !== "json") continue;
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name },
        message: `${name} is json, which has no equality operator: SELECT DISTINCT, UNION and GROUP BY over it fail.`,
        remedy: { text: "Use jsonb." },
      };
    }
  },
};
