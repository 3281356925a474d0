import { identifier, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";
import { type TableState, uncertaintyOf } from "../state/table-state.js";
import { type Hit, hitQuery } from "./hit-query.js";
import { rowKey } from "./row-key.js";
import { copyAndSet, setAside } from "./set-aside.js";
import { tableNow } from "./table-now.js";

/** Rows of one table that fail a condition. */
export interface FailingRows extends Pick<Hit, "code" | "subject" | "statement" | "meaning"> {
  readonly table: TableState;
  /** SQL over the table under its own name: true for a row that is in the way. */
  readonly condition: string;
  /** The columns that the condition is about. */
  readonly columns: readonly string[];
  /** True when inheriting children are not looked at. */
  readonly own: boolean;
  /** Names the table that keeps what the repair removes: `check`, `outside`. */
  readonly why: string;
  /** A column that the repair may empty, or set to a value, instead of moving the row; null when there is none. */
  readonly set: { readonly column: string; readonly value: string } | null;
}

export function failingRows(state: ReleaseState, failing: FailingRows) {
  const { table, condition, columns } = failing;
  const alias = identifier(table.name.name);
  const rows = failing.own ? table.ownRows : table.rows;
  const key = rowKey(table, alias, columns);
  return hitQuery({
    code: failing.code,
    subject: failing.subject,
    statement: failing.statement,
    meaning: failing.meaning,
    body: `FROM ${rows.from} AS ${alias} WHERE ${condition}`,
    key: key.text,
    order: key.order,
    rows: [rows],
    repair: repairOf(state, failing),
    uncertainty: uncertaintyOf(table, columns),
  });
}

function repairOf(
  state: ReleaseState,
  { table, condition, columns, own, why, set, meaning }: FailingRows,
): string | null {
  const now = tableNow(state, table, columns);
  if (!now?.origin) return null;
  const alias = identifier(table.name.name);
  const from = own ? now.ownRows.from : qualified(now.origin.schema, now.origin.name);
  const chosen = `SELECT ${alias}.tableoid, ${alias}.ctid FROM ${from} AS ${alias} WHERE ${condition}`;
  if (set === null) return setAside(state, now.origin, { why, says: `${meaning}: they leave the table` }, chosen);
  const says = `${meaning}: ${set.column} becomes ${set.value}`;
  return copyAndSet(now.origin, { why, says }, chosen, set);
}
