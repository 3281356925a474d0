import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { expressionRefusal } from "./support/expression-refusal.js";
import { type StoredExpression, storedExpressions } from "./support/stored-expressions.js";

export const expressionRefused: Rule = {
  id: "SG120",
  slug: "expression-refused",
  title: "An expression holds what it may not hold",
  condition:
    "An aggregate, a window function, a subquery or a set-returning function in a CHECK, DEFAULT, USING, index, policy or generated column that may not have it; a column in a DEFAULT; a generated column in another one.",
  effect: "The server refuses the statement, and the migration fails.",
  workaround: "Calculate the value in a trigger, a view or the application, or put the query into a function.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  refuses: true,
  nodes: ["CreateStmt", "AlterTableStmt", "IndexStmt", "CreatePolicyStmt", "AlterPolicyStmt", "CreateDomainStmt"],
  *check(statement, known) {
    for (const held of storedExpressions(statement)) {
      const why = expressionRefusal(held, known);
      if (why === null) continue;
      yield {
        statement,
        subject: { kind: held.relation ? "table" : "domain", name: nameOf(held) },
        ...(held.relation ? { table: held.relation } : {}),
        message: `The server refuses the ${held.place} of ${nameOf(held)}, because ${why}.`,
        remedy: { text: "Leave it out; calculate it in a trigger, a view or the application." },
      };
    }
  },
};

function nameOf({ relation, name }: StoredExpression): string {
  return relation ? tableName(relation) : name;
}
