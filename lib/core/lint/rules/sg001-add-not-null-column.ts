import { typeOf } from "../../postgres/column-type.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { hasConstraint, isSerial } from "../known/from-definition.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { domainOf } from "./support/domain-of.js";
import { isEmptied } from "./support/emptied-tables.js";
import { readableType } from "./support/readable-type.js";

export const addNotNullColumn: Rule = {
  id: "SG001",
  slug: "add-not-null-column",
  title: "A NOT NULL column is added without a default",
  condition:
    "ADD COLUMN … NOT NULL (or PRIMARY KEY, or of a domain that is NOT NULL) without DEFAULT, identity or generation expression.",
  effect: "The existing rows would have NULL in it, so the statement fails on every table that is not empty.",
  workaround: "Add the column nullable, fill it in batches, then set NOT NULL by way of a validated CHECK.",
  lock: "AccessExclusiveLock",
  work: "scan",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["AT_AddColumn"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      const column = as(command.def, "ColumnDef");
      if (!column || known.isNew(table, statement) || known.size(table)?.rows === 0) continue;
      if (isEmptied(table, statement, known)) continue;
      const domain = domainOf(known, typeOf(column.typeName));
      const required = domain?.notNull || hasConstraint(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY");
      const filled =
        domain?.hasDefault ||
        isSerial(column) ||
        hasConstraint(column, "CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED");
      const skipped = command.missing_ok && known.table(table)?.columns.has(column.colname ?? "");
      if (!required || filled || skipped) continue;
      const name = readableName(column.colname ?? "");
      const relation = readableRelation(table);
      const isNotNull = columnConstraints(column).find((constraint) => constraint.contype === "CONSTR_NOTNULL");
      yield {
        statement,
        location: isNotNull?.location ?? column.location,
        subject: { kind: "column", name: `${tableName(table)}.${column.colname}` },
        table,
        message: `The new column ${tableName(table)}.${column.colname} is NOT NULL${domain?.notNull ? ` by its domain ${domain.name}` : ""} and has no default, so the statement fails as soon as the table has a row.`,
        remedy: {
          text: "Add it nullable, fill it in batches, then make it NOT NULL without a long lock.",
          sql: `ALTER TABLE ${relation} ADD COLUMN ${name} ${readableType(column.typeName)};
-- fill ${name} in batches, then:
ALTER TABLE ${relation} ADD CONSTRAINT ${readableName(`${column.colname}_present`)} CHECK (${name} IS NOT NULL) NOT VALID;
ALTER TABLE ${relation} VALIDATE CONSTRAINT ${readableName(`${column.colname}_present`)};
ALTER TABLE ${relation} ALTER COLUMN ${name} SET NOT NULL;
ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(`${column.colname}_present`)};`,
        },
      };
    }
  },
};
