import { typeOf } from "../../postgres/column-type.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { readableType } from "./support/readable-type.js";
import { isInUtc } from "./support/session-zone.js";
import { printChange, typeChange } from "./support/type-change.js";

export const typeChangeRewrites: Rule = {
  id: "SG007",
  slug: "type-change-rewrites",
  title: "A type change rewrites the table",
  condition:
    "ALTER COLUMN … TYPE between types that are not stored alike, such as integer to bigint; also when the old type is not known. A wider varchar, varchar to text and a wider numeric of the same scale cost nothing and are not reported; nor does timestamp to timestamptz after SET timezone = 'UTC'.",
  effect:
    "The server rewrites the whole table and its indexes under ACCESS EXCLUSIVE: reads and writes wait for as long as that takes.",
  workaround:
    "Add a second column, keep it in step by a trigger, fill it in batches, let the code change over, and drop the first.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_AlterColumnType"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AlterColumnType")) {
      const definition = as(command.def, "ColumnDef");
      const to = typeOf(definition?.typeName);
      if (!to) continue;
      const column = command.name ?? "";
      const from = known.table(table)?.columns.get(column)?.type ?? null;
      const change = typeChange(from, to, definition?.raw_default, column);
      if (change === "kept" || (change === "kept in UTC" && isInUtc(statement, known))) continue;
      const name = readableName(column);
      const fresh = readableName(`${column}_new`);
      yield {
        statement,
        location: definition?.location,
        subject: { kind: "column", name: `${tableName(table)}.${column}` },
        table,
        ...(change === "rewritten"
          ? {}
          : { severity: change === "unknown" ? ("note" as const) : ("warning" as const) }),
        message: `Changing ${tableName(table)}.${column} ${printChange(from, to)} rewrites the table under ACCESS EXCLUSIVE${CONDITION[change]}.`,
        remedy: {
          text: "Change over by a second column.",
          sql: `ALTER TABLE ${readableRelation(table)} ADD COLUMN ${fresh} ${readableType(definition?.typeName)};
-- a trigger that keeps ${fresh} in step with ${name}, a backfill in batches, then in one short transaction:
ALTER TABLE ${readableRelation(table)} DROP COLUMN ${name};
ALTER TABLE ${readableRelation(table)} RENAME COLUMN ${fresh} TO ${name};`,
        },
      };
    }
  },
};

const CONDITION = {
  rewritten: "",
  "kept in UTC": " unless the session's TimeZone is UTC",
  unknown: " unless the old type is varchar or text, which is not known here",
} as const;
