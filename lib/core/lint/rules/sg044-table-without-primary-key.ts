import { as } from "../../sql/tree.js";
import { constraintFrom } from "../known/from-definition.js";
import { rangeKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";

export const tableWithoutPrimaryKey: Rule = {
  id: "SG044",
  slug: "table-without-primary-key",
  title: "A table without a primary key",
  condition:
    "A table is created and no statement of any file gives it a primary key (partitions, children and temporary tables left out).",
  effect:
    "A row cannot be named, so logical replication refuses UPDATE and DELETE, and rows kept aside for a rollback cannot be matched.",
  workaround: "Give it one; for a table of pairs, both columns.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "note",
  sized: false,
  nodes: [],
  *finish(known) {
    for (const statement of known.passed("CreateStmt")) {
      const create = as(statement.node, "CreateStmt");
      if (!create?.relation || !isCandidate(statement) || hasKey(known, statement)) continue;
      yield {
        statement,
        location: create.relation.location,
        subject: { kind: "table", name: tableName(create.relation) },
        message: `${tableName(create.relation)} has no primary key: logical replication refuses UPDATE and DELETE on it.`,
        remedy: {
          text: "Add a primary key, for example an identity column.",
          sql: "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        },
      };
    }
  },
};

function isCandidate(statement: LintStatement): boolean {
  const create = as(statement.node, "CreateStmt");
  const like = (create?.tableElts ?? []).some((element) => as(element, "TableLikeClause"));
  return !create?.inhRelations?.length && !create?.ofTypename && !like && create?.relation?.relpersistence !== "t";
}

/** Written in the statement, or given later to the table of this name (or to one that has since been renamed or dropped). */
function hasKey(known: Known, statement: LintStatement): boolean {
  const create = as(statement.node, "CreateStmt");
  if (constraintFrom(create?.tableElts, statement).some((constraint) => constraint.type === "primary")) return true;
  const table = create?.relation && known.tables.get(rangeKey(create.relation));
  return (
    !table || table.createdBy !== statement || table.constraints.some((constraint) => constraint.type === "primary")
  );
}
