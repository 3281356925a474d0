import { as, find } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import type { Rule } from "./rule.js";
import { alterCommands } from "./support/alter-commands.js";

interface Feature {
  readonly name: string;
  readonly since: number;
  readonly location?: number | undefined;
}

export const newerServer: Rule = {
  id: "SG107",
  slug: "newer-server",
  title: "Syntax that the server does not know yet",
  condition:
    "A statement uses what came with a later major version than the oldest that the release must run on, where that is known: VIRTUAL columns, NOT ENFORCED and NOT NULL … NOT VALID (18), NULLS NOT DISTINCT and MERGE (15), DETACH … CONCURRENTLY and CREATE OR REPLACE TRIGGER (14).",
  effect: "The server answers with a syntax error, and the migration fails.",
  workaround: "Use the form that every server of the fleet knows.",
  lock: null,
  work: "none",
  versions: { from: 13, to: 17 },
  severity: "error",
  sized: false,
  nodes: [],
  when: ({ serverVersion }) => serverVersion !== null,
  *check(statement, known) {
    const { versions, serverVersion } = known.circumstances;
    if (serverVersion === null) return;
    for (const feature of features(statement)) {
      if (feature.since <= versions.from) continue;
      yield {
        statement,
        location: feature.location,
        subject: { kind: "statement", name: feature.name },
        message: `${feature.name} came with PostgreSQL ${feature.since}; this server is ${Math.trunc(serverVersion / 10_000)}.`,
        remedy: { text: "Use a form that the server knows, or upgrade it first." },
      };
    }
  },
};

function features(statement: LintStatement): Feature[] {
  const found: Feature[] = [];
  for (const constraint of find(statement.node, "Constraint")) {
    const { location } = constraint;
    const enforceable = constraint.contype === "CONSTR_CHECK" || constraint.contype === "CONSTR_FOREIGN";
    if (enforceable && !constraint.is_enforced) found.push({ name: "NOT ENFORCED", since: 18, location });
    if (constraint.generated_kind === "v") found.push({ name: "A virtual generated column", since: 18, location });
    if (constraint.contype === "CONSTR_NOTNULL" && constraint.keys?.length)
      found.push({ name: "ADD NOT NULL", since: 18, location });
    if (constraint.without_overlaps) found.push({ name: "WITHOUT OVERLAPS", since: 18, location });
    if (constraint.nulls_not_distinct) found.push({ name: "NULLS NOT DISTINCT", since: 15, location });
  }
  if (as(statement.node, "IndexStmt")?.nulls_not_distinct) found.push({ name: "NULLS NOT DISTINCT", since: 15 });
  if (as(statement.node, "MergeStmt")) found.push({ name: "MERGE", since: 15 });
  if (as(statement.node, "CreateTrigStmt")?.replace) found.push({ name: "CREATE OR REPLACE TRIGGER", since: 14 });
  const detaches = alterCommands(statement, "AT_DetachPartition").some(
    ({ command }) => as(command.def, "PartitionCmd")?.concurrent,
  );
  return detaches ? [...found, { name: "DETACH PARTITION CONCURRENTLY", since: 14 }] : found;
}
