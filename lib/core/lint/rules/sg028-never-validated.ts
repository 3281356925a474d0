import { readableName } from "../../sql/readable-name.js";
import type { KnownConstraint, KnownTable } from "../known/table.js";
import { ALL_VERSIONS, type Report, type Rule } from "./rule.js";

export const neverValidated: Rule = {
  id: "SG028",
  slug: "never-validated",
  title: "NOT VALID is never followed by VALIDATE",
  condition:
    "A constraint is added NOT VALID and no later statement of the whole chain of files validates it. In the last file it is a note: the validation may be meant for the next release.",
  effect:
    "The old rows are never checked, so readers cannot rely on the constraint, and neither do the planner and SET NOT NULL.",
  workaround: "VALIDATE CONSTRAINT in a later transaction or file.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: [],
  *finish(known) {
    const last = known.passed().at(-1)?.script;
    for (const table of known.tables.values()) {
      for (const constraint of table.constraints) yield* judge(table, constraint, last);
    }
  },
};

function* judge(table: KnownTable, constraint: KnownConstraint, last: unknown): Generator<Report> {
  const statement = constraint.addedBy;
  if (constraint.validated || !statement || statement.script.history || constraint.name === null) return;
  const inLast = statement.script === last;
  yield {
    statement,
    subject: { kind: "constraint", name: `${table.key}.${constraint.name}` },
    severity: inLast ? "note" : "warning",
    message: `${constraint.name} on ${table.key} is added NOT VALID and no later statement validates it, so the old rows stay unchecked.`,
    remedy: {
      text: "Validate it in a later transaction, which lets reads and writes pass.",
      sql: `ALTER TABLE ${table.key.split(".").map(readableName).join(".")} VALIDATE CONSTRAINT ${readableName(constraint.name)};`,
    },
  };
}
