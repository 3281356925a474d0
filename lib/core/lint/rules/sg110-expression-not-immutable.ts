import type { Node, RangeVar } from "libpg-query";
import { whyMutable } from "../../postgres/mutable-expression.js";
import { columnConstraints } from "../../sql/column-constraints.js";
import { as, find } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { columnDefinitions } from "./support/column-definitions.js";
import { namesOf } from "./support/expression-names.js";

export const expressionNotImmutable: Rule = {
  id: "SG110",
  slug: "expression-not-immutable",
  title: "An index, generated column or partition key over an expression that is not immutable",
  condition:
    "An index expression or predicate, a generation expression or a partition key that calls a stable or volatile function, casts by a setting of the session, or holds a subquery.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround:
    "Use an immutable form, such as timezone('UTC', at) or to_tsvector('english', body), or keep the value in a plain column.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["IndexStmt", "CreateStmt", "AT_AddColumn"],
  *check(statement, known) {
    for (const { what, relation, expression } of expressionsOf(statement)) {
      const why = whyMutable(expression, namesOf(known, statement, relation));
      if (why === null) continue;
      yield {
        statement,
        subject: { kind: "table", name: tableName(relation) },
        table: relation,
        message: `The server refuses ${what} of ${tableName(relation)}, because ${why}.`,
        remedy: { text: "Use an immutable form of the expression, or keep its value in a plain column." },
      };
    }
  },
};

interface Wanted {
  readonly what: string;
  readonly relation: RangeVar;
  readonly expression: Node | readonly Node[] | undefined;
}

function expressionsOf(statement: LintStatement): readonly Wanted[] {
  const index = as(statement.node, "IndexStmt");
  if (index?.relation) {
    const keys = (index.indexParams ?? []).flatMap((node) => as(node, "IndexElem")?.expr ?? []);
    return [
      { what: "an index expression", relation: index.relation, expression: keys },
      { what: "an index predicate", relation: index.relation, expression: index.whereClause },
    ];
  }
  const generated = columnDefinitions(statement).flatMap(({ column, table }) =>
    columnConstraints(column).flatMap(({ contype, raw_expr }) =>
      contype === "CONSTR_GENERATED" && raw_expr
        ? [{ what: `the generated column ${column.colname}`, relation: table, expression: raw_expr }]
        : [],
    ),
  );
  const create = as(statement.node, "CreateStmt");
  if (!create?.relation || !create.partspec) return generated;
  const keys = find(create.partspec.partParams, "PartitionElem").flatMap(({ expr }) => expr ?? []);
  return [...generated, { what: "the partition key", relation: create.relation, expression: keys }];
}
