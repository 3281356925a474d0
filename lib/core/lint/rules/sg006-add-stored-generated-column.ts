import { printType, typeOf } from "../../postgres/column-type.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

export const addStoredGeneratedColumn: Rule = {
  id: "SG006",
  slug: "add-stored-generated-column",
  title: "A stored generated column is added to an existing table",
  condition: "ADD COLUMN … GENERATED ALWAYS AS (…) STORED.",
  effect: "The value is computed for every row at once, so the whole table is rewritten under ACCESS EXCLUSIVE.",
  workaround:
    "Add a plain column that a trigger keeps, and fill the old rows in batches. From PostgreSQL 18 a VIRTUAL column costs nothing when it is added.",
  lock: "AccessExclusiveLock",
  work: "rewrite",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: true,
  nodes: ["CONSTR_GENERATED"],
  *check(statement, known) {
    for (const { table, command } of alterCommands(statement, "AT_AddColumn")) {
      const column = as(command.def, "ColumnDef");
      const generated = column && columnConstraints(column).find((item) => item.contype === "CONSTR_GENERATED");
      if (!generated || generated.generated_kind === "v") continue;
      const name = readableName(column.colname ?? "");
      const type = typeOf(column.typeName);
      const virtual = known.circumstances.versions.from >= 18 ? " Or make it VIRTUAL, which writes nothing." : "";
      yield {
        statement,
        location: generated.location,
        subject: { kind: "column", name: `${tableName(table)}.${column.colname}` },
        table,
        message: `The stored column ${column.colname} is computed for every row at once: ${tableName(table)} is rewritten under ACCESS EXCLUSIVE.`,
        remedy: {
          text: `Use a plain column that a trigger fills on INSERT and UPDATE, and fill the old rows in batches.${virtual}`,
          sql: `ALTER TABLE ${readableRelation(table)} ADD COLUMN ${name} ${type ? printType(type) : "…"};
-- then: a BEFORE INSERT OR UPDATE trigger that computes ${name}, and a backfill in batches`,
        },
      };
    }
  },
};
