import { typeOf } from "../../postgres/column-type.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";

export const timestampWithoutTimeZone: Rule = {
  id: "SG020",
  slug: "timestamp-without-time-zone",
  title: "A timestamp without time zone",
  condition: "A new column of type timestamp (without time zone).",
  effect:
    "The column stores a local time without its zone: which moment that was depends on the session that wrote it. Changing over later rewrites the table unless the session's TimeZone is UTC.",
  workaround: "Use timestamptz, which stores the moment and takes the same eight bytes.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt", "AT_AddColumn"],
  *check(statement) {
    for (const { column, name } of columnDefinitions(statement)) {
      if (typeOf(column.typeName)?.name !== "timestamp") continue;
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name },
        message: `${name} is a timestamp without time zone: which moment it means depends on the session that wrote it.`,
        remedy: { text: "Use timestamptz." },
      };
    }
  },
};
