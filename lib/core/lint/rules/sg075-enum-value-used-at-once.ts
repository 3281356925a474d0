import { as, find, strings } from "../../sql/tree.js";
import { partsKey } from "../known/key.js";
import type { Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Report, type Rule } from "./rule.js";

export const enumValueUsedAtOnce: Rule = {
  id: "SG075",
  slug: "enum-value-used-at-once",
  title: "A new enum value is used in the transaction that adds it",
  condition:
    "A later statement of the transaction names, as a text constant, the value that ALTER TYPE … ADD VALUE added. A type made in the same transaction may be used.",
  effect: "The server refuses it (unsafe use of new value), and the migration fails.",
  workaround:
    "Commit before the value is used; with a framework that wraps each file, add the value in a file of its own.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: [],
  *check(statement, known) {
    if (!statement.transaction || as(statement.node, "AlterEnumStmt")) return;
    const added = newValues(known, statement);
    if (added.size === 0) return;
    for (const constant of find(statement.node, "A_Const")) {
      const value = constant.sval?.sval ?? "";
      const by = added.get(value);
      if (!by) continue;
      yield report(statement, by, value, constant.location);
      return;
    }
  },
};

function newValues(known: Known, statement: LintStatement): Map<string, LintStatement> {
  const values = new Map<string, LintStatement>();
  for (const other of known.before(statement, "AlterEnumStmt")) {
    const alter = as(other.node, "AlterEnumStmt");
    if (!alter?.newVal || alter.oldVal !== undefined || other.transaction?.id !== statement.transaction?.id) continue;
    const creator = known.types.get(partsKey(strings(alter.typeName)))?.createdBy;
    if (creator?.transaction?.id !== statement.transaction?.id) values.set(alter.newVal, other);
  }
  return values;
}

function report(statement: LintStatement, by: LintStatement, value: string, location: number | undefined): Report {
  return {
    statement,
    location,
    subject: { kind: "enum value", name: value },
    message: `The value '${value}' was added in this transaction (line ${by.source.line}) and cannot be used before it is committed.`,
    remedy: { text: "Commit after ALTER TYPE … ADD VALUE, or put it into a file of its own.", sql: `COMMIT;` },
  };
}
