import { printType, sameType, typeOf } from "../../postgres/column-type.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const cachedPlanResult: Rule = {
  id: "SG116",
  slug: "cached-plan-result",
  title: "Prepared statements fail after a type change",
  condition: "ALTER COLUMN … TYPE to another type or length on an existing table.",
  effect:
    'A session that has prepared a query which returns the column fails with "cached plan must not change result type" (0A000), again and again until it prepares the query again: the server compares names, types, lengths and collations of the result. ADD, DROP and RENAME COLUMN do the same to SELECT * and RETURNING *.',
  workaround:
    "Let sessions reconnect after the release, or have the driver prepare again on this error; docs/queries.md says what drivers and poolers do, and how to find the queries.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["AT_AlterColumnType"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AlterColumnType")) {
      if (known.isNew(table, statement)) continue;
      const definition = as(command.def, "ColumnDef");
      const to = typeOf(definition?.typeName);
      const column = command.name ?? "";
      const from = known.table(table)?.columns.get(column)?.type ?? null;
      if (!to || (from !== null && sameType(from, to))) continue;
      yield {
        statement,
        location: definition?.location,
        subject: { kind: "column", name: `${tableName(table)}.${column}` },
        table,
        message: `Sessions that have prepared a query which returns ${tableName(table)}.${column} fail once it is ${printType(to)}, until they prepare it again.`,
        remedy: { text: "Let sessions reconnect after the release, or have the driver prepare again on 0A000." },
      };
    }
  },
};
