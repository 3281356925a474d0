import { printType, typeOf } from "../../postgres/column-type.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";
import { domainOf } from "./support/domain-of.js";

export const constrainedDomainColumn: Rule = {
  id: "SG114",
  slug: "constrained-domain-column",
  title: "A column of a domain with a constraint is added",
  condition:
    "ADD COLUMN whose type is a domain with a CHECK or NOT NULL, its own or that of the domain under it; with or without a default.",
  effect: "The server checks the domain for every row, so the whole table is rewritten under ACCESS EXCLUSIVE.",
  workaround:
    "Add a column of the domain's base type, fill it in batches, and add its rule as a CHECK … NOT VALID that is validated later.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["AT_AddColumn"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      const column = as(command.def, "ColumnDef");
      const domain = domainOf(known, typeOf(column?.typeName));
      const skipped = command.missing_ok && known.table(table)?.columns.has(column?.colname ?? "");
      if (!column || !domain?.constrained || skipped) continue;
      const name = readableName(column.colname ?? "");
      const base = domain.base ? printType(domain.base) : "…";
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name: `${tableName(table)}.${column.colname}` },
        table,
        message: `${column.colname} is of the domain ${domain.name}, whose constraints are checked for every row: ${tableName(table)} is rewritten under ACCESS EXCLUSIVE.`,
        remedy: {
          text: "Add it with the domain's base type, and its rule as a CHECK that is validated later.",
          sql: `ALTER TABLE ${readableRelation(table)} ADD COLUMN ${name} ${base};
-- fill ${name} in batches, then add the domain's rule as CHECK … NOT VALID, and VALIDATE CONSTRAINT`,
        },
      };
    }
  },
};
