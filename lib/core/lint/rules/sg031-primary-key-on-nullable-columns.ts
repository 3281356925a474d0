import { readableName, readableRelation } from "../../sql/readable-name.js";
import { relationKey } from "../known/key.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { addedConstraints } from "./support/added-constraints.js";
import { provingChecks } from "./support/proof.js";

export const primaryKeyOnNullableColumns: Rule = {
  id: "SG031",
  slug: "primary-key-on-nullable-columns",
  title: "PRIMARY KEY USING INDEX on columns that may be NULL",
  condition:
    "ADD PRIMARY KEY USING INDEX while a column of the index is not known to be NOT NULL and no valid CHECK proves it.",
  effect:
    "The server sets the columns NOT NULL on the way, and reads the whole table for it under ACCESS EXCLUSIVE: the detour through the index gained nothing.",
  workaround: "Make the columns NOT NULL first, by way of a CHECK that is validated.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_PRIMARY"],
  *check(statement, known) {
    for (const { table, constraint } of addedConstraints(statement, "CONSTR_PRIMARY", known)) {
      if (constraint.indexname === undefined) continue;
      const now = known.table(table);
      const index = known.indexes.get(relationKey(table.schemaname, constraint.indexname));
      const columns = index ? index.keys.flatMap((key) => key ?? []) : [];
      const open = columns.filter(
        (column) => !now?.columns.get(column)?.notNull && provingChecks(now, column).length === 0,
      );
      if (index && open.length === 0) continue;
      const sure = index !== undefined && open.some((column) => now?.columns.get(column)?.notNull === false);
      const which = open.length > 0 ? open.join(", ") : "its columns";
      yield {
        statement,
        location: constraint.location,
        subject: { kind: "table", name: tableName(table) },
        table,
        ...(sure ? {} : { severity: "warning" as const }),
        message: sure
          ? `${which} may be NULL, so the new primary key of ${tableName(table)} reads the whole table under ACCESS EXCLUSIVE.`
          : `Unless ${which} is NOT NULL already, which is not known here, the new primary key of ${tableName(table)} reads the whole table under ACCESS EXCLUSIVE.`,
        remedy: {
          text: "Make the columns NOT NULL first, by way of a CHECK that is validated while others read and write.",
          sql: (open.length > 0 ? open : ["…"])
            .map(
              (column) =>
                `ALTER TABLE ${readableRelation(table)} ADD CHECK (${readableName(column)} IS NOT NULL) NOT VALID; -- then VALIDATE, SET NOT NULL`,
            )
            .join("\n"),
        },
      };
    }
  },
};
