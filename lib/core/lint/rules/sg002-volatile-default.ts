import { volatileCall } from "../../postgres/volatile-call.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { defaultOf } from "./support/default-of.js";
import { readableType } from "./support/readable-type.js";

export const volatileDefault: Rule = {
  id: "SG002",
  slug: "volatile-default",
  title: "A column is added with a volatile default",
  condition:
    "ADD COLUMN … DEFAULT with a function that may give another value for each row, such as gen_random_uuid() or clock_timestamp(). now() is not one.",
  effect:
    "The server rewrites the whole table under ACCESS EXCLUSIVE: reads and writes wait for as long as that takes.",
  workaround: "Add the column without a default, set the default for new rows, and fill the old rows in batches.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_DEFAULT"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      const column = as(command.def, "ColumnDef");
      const call = volatileCall(defaultOf(column?.constraints), known.functions);
      if (!column || !call) continue;
      const certain = call.volatility === "volatile";
      const name = readableName(column.colname ?? "");
      yield {
        statement,
        location: column.location,
        subject: { kind: "column", name: `${tableName(table)}.${column.colname}` },
        table,
        ...(certain ? {} : { severity: "warning" as const }),
        message: certain
          ? `${call.name}() gives another value for each row, so adding ${column.colname} rewrites ${tableName(table)} under ACCESS EXCLUSIVE.`
          : `Whether ${call.name}() is volatile is not known here. If it is, adding ${column.colname} rewrites ${tableName(table)} under ACCESS EXCLUSIVE.`,
        remedy: {
          text: "Add the column first, then its default, and fill the existing rows in batches.",
          sql: `ALTER TABLE ${readableRelation(table)} ADD COLUMN ${name} ${readableType(column.typeName)};
ALTER TABLE ${readableRelation(table)} ALTER COLUMN ${name} SET DEFAULT ${call.name}();
-- then fill ${name} where it is NULL, some thousand rows at a time`,
        },
      };
    }
  },
};
