import { readableName } from "../../sql/readable-name.js";
import { isSerial } from "../known/from-definition.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";

export const serialColumn: Rule = {
  id: "SG021",
  slug: "serial-column",
  title: "A serial column in a new table",
  condition: "CREATE TABLE with a column of type serial, bigserial or smallserial.",
  effect:
    "The sequence needs grants of its own, and nothing keeps a writer from storing a number by hand that the sequence gives out later.",
  workaround: "Use GENERATED ALWAYS (or BY DEFAULT) AS IDENTITY, the form of the SQL standard.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt"],
  *check(statement) {
    for (const { column, name, created } of columnDefinitions(statement)) {
      if (!created || !isSerial(column)) continue;
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name },
        message: `${name} is a serial: its sequence needs grants of its own and does not notice numbers stored by hand.`,
        remedy: {
          text: "Use an identity column.",
          sql: `${readableName(column.colname ?? "")} bigint GENERATED ALWAYS AS IDENTITY`,
        },
      };
    }
  },
};
