import { concurrently } from "../../postgres/concurrently.js";
import type { Rule } from "./rule.js";

export const concurrentlyOnFourteen: Rule = {
  id: "SG024",
  slug: "concurrently-on-fourteen",
  title: "CONCURRENTLY corrupts indexes on PostgreSQL 14.0 to 14.3",
  condition: "CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY on a server that says it is 14.0 to 14.3.",
  effect:
    "Rows that are changed while the index is built may be missing from it: queries through the index silently leave them out.",
  workaround: "Upgrade to 14.4 or later first, and rebuild the indexes that were built concurrently.",
  lock: null,
  work: "none",
  versions: { from: 14, to: 14 },
  severity: "error",
  sized: false,
  nodes: ["IndexStmt", "ReindexStmt"],
  *check(statement, known) {
    const what = concurrently(statement);
    const version = known.circumstances.serverVersion;
    if (!what || version === null || version < 140_000 || version >= 140_004) return;
    yield {
      statement,
      subject: { kind: "index", name: what.name },
      message: `The server is PostgreSQL 14.${version - 140_000}, whose ${what.verb} may leave rows out of the index.`,
      remedy: { text: "Upgrade to 14.4 or later before this release.", sql: "SELECT version();" },
    };
  },
};
