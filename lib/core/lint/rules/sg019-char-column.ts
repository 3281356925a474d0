import { printType, typeOf } from "../../postgres/column-type.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";

export const charColumn: Rule = {
  id: "SG019",
  slug: "char-column",
  title: "A column of type char",
  condition:
    'A new column of type char(n), of char, which is char(1), of "char", which is one byte, or of an array of them.',
  effect:
    "Values are padded with blanks, which comparisons then ignore and LIKE does not; char(n) is never faster than text, and changing its length rewrites the table.",
  workaround: "Use text, with a CHECK on the length where one is wanted.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: ["CreateStmt", "AT_AddColumn"],
  *check(statement) {
    for (const { column, name } of columnDefinitions(statement)) {
      const type = typeOf(column.typeName);
      const byte = type?.name === '"char"';
      // bpchar without a length pads nothing.
      if (!type || !(byte || (type.name === "bpchar" && type.modifiers.length > 0))) continue;
      yield {
        statement,
        location: column.typeName?.location,
        subject: { kind: "column", name },
        message: byte
          ? `${name} is ${printType(type)}, a type for the server's own catalogs: a longer value is cut to its first byte.`
          : `${name} is ${printType(type)}: values are padded with blanks, and a longer one later rewrites the table.`,
        remedy: { text: "Use text with a CHECK on its length." },
      };
    }
  },
};
