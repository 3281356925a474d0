import { typeOf } from "../../postgres/column-type.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { narrows, printChange } from "./support/type-change.js";

export const typeChangeNarrows: Rule = {
  id: "SG008",
  slug: "type-change-narrows",
  title: "A type change to a narrower type",
  condition:
    "ALTER COLUMN … TYPE to a type that does not hold every value of the old one: bigint to integer, text to varchar(20), a smaller numeric.",
  effect: "One value that does not fit fails the whole migration; a USING clause that cuts it loses data silently.",
  workaround: "Count the rows that do not fit first, repair them, and only then change the type.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["AT_AlterColumnType"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AlterColumnType")) {
      const definition = as(command.def, "ColumnDef");
      const to = typeOf(definition?.typeName);
      const column = command.name ?? "";
      const from = known.table(table)?.columns.get(column)?.type ?? null;
      if (!to || known.isNew(table, statement) || !narrows(from, to)) continue;
      const name = readableName(column);
      const [bound] = to.modifiers;
      const probe =
        bound !== undefined && ["varchar", "bpchar"].includes(to.name)
          ? `SELECT count(*) FROM ${readableRelation(table)} WHERE length(${name}) > ${bound};`
          : `SELECT min(${name}), max(${name}) FROM ${readableRelation(table)}; -- against ${literal(to.name)}`;
      yield {
        statement,
        location: definition?.location,
        subject: { kind: "column", name: `${tableName(table)}.${column}` },
        table,
        message: `${tableName(table)}.${column} changes ${printChange(from, to)}, which cannot hold every value of the old type.`,
        remedy: { text: "Look for the values that do not fit before the release.", sql: probe },
      };
    }
  },
};
