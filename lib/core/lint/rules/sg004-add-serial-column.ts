import { chosenName } from "../../postgres/chosen-names.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { isSerial } from "../known/from-definition.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const addSerialColumn: Rule = {
  id: "SG004",
  slug: "add-serial-column",
  title: "A serial column is added to an existing table",
  condition: "ADD COLUMN with the type serial, bigserial or smallserial.",
  effect: "Each row gets its number at once, so the whole table is rewritten under ACCESS EXCLUSIVE.",
  workaround: "Add a plain bigint, attach a sequence as its default, and fill the old rows in batches.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_AddColumn"],
  *check(statement) {
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      const column = as(command.def, "ColumnDef");
      if (!column || !isSerial(column)) continue;
      const relation = readableRelation(table);
      const name = readableName(column.colname ?? "");
      const sequence = readableName(chosenName("sequence", table.relname ?? "", [column.colname ?? ""]));
      yield {
        statement,
        location: column.typeName?.location ?? column.location,
        subject: { kind: "column", name: `${tableName(table)}.${column.colname}` },
        table,
        message: `Adding the serial column ${column.colname} numbers every row at once: ${tableName(table)} is rewritten under ACCESS EXCLUSIVE.`,
        remedy: {
          text: "Add column and sequence apart, and number the old rows in batches.",
          sql: `ALTER TABLE ${relation} ADD COLUMN ${name} bigint;
CREATE SEQUENCE ${sequence} OWNED BY ${relation}.${name};
ALTER TABLE ${relation} ALTER COLUMN ${name} SET DEFAULT nextval(${literal(sequence)});
-- then fill ${name} where it is NULL, some thousand rows at a time`,
        },
      };
    }
  },
};
