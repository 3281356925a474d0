import { sameType, typeOf } from "../../postgres/column-type.js";
import { as, strings } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const collationChange: Rule = {
  id: "SG009",
  slug: "collation-change",
  title: "A collation change rebuilds the indexes of the column",
  condition: "ALTER COLUMN … TYPE … COLLATE.",
  effect:
    "Every index on the column is rebuilt under ACCESS EXCLUSIVE; the rows themselves are not written. Unique indexes may find duplicates that the old collation told apart.",
  workaround:
    "Drop the indexes concurrently, change the collation, and build them again concurrently; or change over by a second column.",
  lock: "AccessExclusiveLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: true,
  nodes: ["AT_AlterColumnType"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AlterColumnType")) {
      const definition = as(command.def, "ColumnDef");
      const collation = definition?.collClause;
      if (!collation) continue;
      const now = known.table(table);
      const indexes = now ? known.indexesOf(now.key).filter((index) => index.keys.includes(command.name ?? "")) : [];
      const complete = now !== undefined && now.origin !== "nowhere";
      if (complete && indexes.length === 0) continue;
      const from = now?.columns.get(command.name ?? "")?.type;
      const to = typeOf(definition.typeName);
      const kept = from && to && sameType(from, to) ? " The type itself stays as it is." : "";
      yield {
        statement,
        location: collation.location,
        subject: { kind: "column", name: `${tableName(table)}.${command.name}` },
        table,
        message: `The collation of ${tableName(table)}.${command.name} becomes ${strings(collation.collname).join(".")}: ${complete ? indexes.map((index) => index.name).join(", ") : "every index on it"} is rebuilt under ACCESS EXCLUSIVE.${kept}`,
        remedy: {
          text: "Drop the indexes of the column concurrently before and build them concurrently after, or add a second column with the new collation and change over to it.",
        },
      };
    }
  },
};
