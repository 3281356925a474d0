import { humanName } from "../../catalog/names.js";
import type { Subject } from "../../finding.js";
import type { Statement } from "../../sql/statement.js";
import type { ProbeDraft } from "../probe.js";
import { overRows, type Rows, readsOf } from "../state/rows.js";
import type { TableState } from "../state/table-state.js";

/** At most this many of the keys that a probe finds are shown. */
export const SAMPLE_SIZE = 5;

/** What a probe says about the rows that it looks for. */
export interface Hit {
  readonly code: string;
  readonly subject: Subject;
  readonly statement: Statement;
  readonly meaning: string;
  /** SQL after the SELECT list: FROM and WHERE, whose rows are the hits. */
  readonly body: string;
  /** SQL text expression for one hit's key, and what to order by so that the same rows are shown each time. */
  readonly key: string;
  readonly order: string;
  /** Everything that `body` reads. */
  readonly rows: readonly Rows[];
  readonly repair: string | null;
  readonly uncertainty: string | null;
}

export function hitQuery(hit: Hit): ProbeDraft {
  const { code, subject, statement, meaning, repair, uncertainty } = hit;
  // OFFSET 0 keeps the planner from walking a whole index in key order when hits are few.
  const sample = `SELECT key FROM (SELECT ${hit.key} AS key, ${hit.order} AS position ${hit.body} OFFSET 0) AS hits ORDER BY position LIMIT ${SAMPLE_SIZE}`;
  return {
    code,
    subject,
    statement,
    meaning,
    count: overRows(hit.rows, `SELECT count(*) AS count ${hit.body}`),
    sample: overRows(hit.rows, sample),
    repair,
    reads: readsOf(hit.rows),
    uncertainty,
  };
}

export function tableName(table: Pick<TableState, "name">): string {
  return humanName(table.name);
}
