import { LONGEST_NAME } from "../../postgres/chosen-names.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

const NAME =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$|"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*)/g;

export const longIdentifier: Rule = {
  id: "SG102",
  slug: "long-identifier",
  title: "A name that the server cuts",
  condition: "An identifier of more than 63 bytes.",
  effect:
    "The server cuts it to 63 bytes with no more than a notice: a later statement may miss it, and two long names may become one.",
  workaround: "Choose a shorter name.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: [],
  *check(statement) {
    if (statement.nested || !/(?<![^\s'";,()])[^\s'";,()]{32,}/.test(statement.sql)) return;
    const seen = new Set<string>();
    for (const found of statement.sql.matchAll(NAME)) {
      const name = found[2]?.replaceAll('""', '"') ?? found[3];
      if (name === undefined || seen.has(name) || Buffer.byteLength(name, "utf8") <= LONGEST_NAME) continue;
      seen.add(name);
      const bytes = Buffer.from(name, "utf8");
      yield {
        statement,
        location: statement.base + Buffer.byteLength(statement.sql.slice(0, found.index), "utf8"),
        subject: { kind: "name", name },
        message: `This name has ${bytes.length} bytes; the server cuts it to ${bytes.subarray(0, LONGEST_NAME).toString("utf8")}.`,
        remedy: { text: "Choose a name of at most 63 bytes." },
      };
    }
  },
};
