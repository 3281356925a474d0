import { readableName } from "../../sql/readable-name.js";
import type { Known } from "../known/known.js";
import type { KnownConstraint, KnownTable } from "../known/table.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const foreignKeyWithoutIndex: Rule = {
  id: "SG036",
  slug: "foreign-key-without-index",
  title: "A foreign key without an index on its columns",
  condition: "A foreign key is added, and at the end of all files no index of the table begins with its columns.",
  effect: "Each DELETE of a parent row, and each UPDATE of its key, reads the whole child table.",
  workaround: "Create an index on the referencing columns, concurrently where the table already exists.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: [],
  *finish(known) {
    for (const table of known.tables.values()) {
      for (const constraint of table.constraints) {
        const statement = constraint.addedBy;
        if (constraint.type !== "foreign" || !statement || statement.script.history) continue;
        if (isCovered(known, table, constraint)) continue;
        const columns = constraint.columns.map(readableName).join(", ");
        const relation = table.key.split(".").map(readableName).join(".");
        yield {
          statement,
          subject: { kind: "table", name: table.key },
          message: `No index of ${table.key} begins with ${constraint.columns.join(", ")}, so each DELETE in ${constraint.references ?? "the parent"} reads the whole table.`,
          remedy: { text: "Create one.", sql: `CREATE INDEX CONCURRENTLY ON ${relation} (${columns});` },
        };
      }
    }
  },
};

/** The first columns of an index without a predicate are those of the key, in any order. */
function isCovered(known: Known, table: KnownTable, constraint: KnownConstraint): boolean {
  return known.indexesOf(table.key).some((index) => {
    const first = index.keys.slice(0, constraint.columns.length);
    return !index.partial && constraint.columns.every((column) => first.includes(column));
  });
}
