import type { Rule } from "schema-gate";

/**
 * A rule of a team's own: indexes begin with the name of their table.
 * A rule is the same data and the same check as a built-in one.
 */
const indexNames: Rule = {
  id: "TEAM001",
  slug: "index-names",
  title: "An index that does not begin with its table's name",
  condition: "CREATE INDEX with a name that does not begin with the name of the table.",
  effect: "In a list of invalid or unused indexes nobody sees which table is meant.",
  workaround: "Begin the name with the table's.",
  lock: null,
  work: "none",
  versions: { from: 13, to: null },
  severity: "warning",
  sized: false,
  nodes: ["IndexStmt"],
  *check(statement) {
    if (!("IndexStmt" in statement.node)) return;
    const { idxname, relation } = statement.node.IndexStmt;
    const table = relation?.relname ?? "";
    if (idxname === undefined || idxname.startsWith(`${table}_`)) return;
    yield {
      statement,
      location: relation?.location,
      subject: { kind: "index", name: idxname },
      message: `${idxname} does not begin with ${table}_.`,
      remedy: { text: `Call it ${table}_${idxname}.` },
    };
  },
};

export const rules = [indexNames];
