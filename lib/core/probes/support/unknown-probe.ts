import type { Statement } from "../../sql/statement.js";
import type { ProbeDraft } from "../probe.js";
import type { TableState } from "../state/table-state.js";
import { tableName } from "./hit-query.js";

/** Queries in place of those that cannot be asked. */
export const UNASKED = {
  count: "SELECT 0::bigint AS count",
  sample: "SELECT NULL::text AS key WHERE false",
  repair: null,
} as const;

/** A probe that cannot be asked: its answer is unknown in every tenant, with the reason. */
export function unknownProbe(
  code: string,
  statement: Statement,
  table: Pick<TableState, "name">,
  reason: string,
): ProbeDraft {
  return {
    code,
    subject: { kind: "table", name: tableName(table) },
    statement,
    meaning: `rows of ${tableName(table)} that the statement would trip over`,
    ...UNASKED,
    reads: [],
    uncertainty: reason,
  };
}
