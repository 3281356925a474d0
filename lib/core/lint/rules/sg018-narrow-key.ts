import { typeOf } from "../../postgres/column-type.js";
import { as, strings } from "../../sql/tree.js";
import { hasConstraint } from "../known/from-definition.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";

const NARROW: ReadonlySet<string> = new Set(["int4", "int2", "serial", "serial4", "smallserial", "serial2"]);

export const narrowKey: Rule = {
  id: "SG018",
  slug: "narrow-key",
  title: "A generated key of four bytes or less",
  condition:
    "A new column that is the whole primary key and counts up (serial or identity) has the type integer or smallint.",
  effect:
    "After 2,147,483,647 numbers (32,767 for smallint), rolled back ones included, every INSERT fails; changing the type then rewrites the table.",
  workaround: "Use bigint.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt", "AT_AddColumn"],
  *check(statement) {
    const keys = (as(statement.node, "CreateStmt")?.tableElts ?? []).flatMap((element) => {
      const constraint = as(element, "Constraint");
      return constraint?.contype === "CONSTR_PRIMARY" && constraint.keys?.length === 1 ? strings(constraint.keys) : [];
    });
    for (const { column, name } of columnDefinitions(statement)) {
      const type = typeOf(column.typeName)?.name ?? "";
      const primary = hasConstraint(column, "CONSTR_PRIMARY") || keys.includes(column.colname ?? "");
      const counts = type.includes("serial") || hasConstraint(column, "CONSTR_IDENTITY");
      if (!primary || !counts || !NARROW.has(type)) continue;
      const small = type.includes("small") || type.endsWith("2");
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name },
        message: `${name} counts up to ${small ? "32,767" : "2,147,483,647"} and then every INSERT fails.`,
        remedy: {
          text: "Use bigint: it costs four bytes a row, and changing over later means rewriting the table.",
        },
      };
    }
  },
};
