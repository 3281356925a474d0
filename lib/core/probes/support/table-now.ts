import { initialTable } from "../state/initial-state.js";
import type { ReleaseState } from "../state/release-state.js";
import { originColumns, type TableState } from "../state/table-state.js";

/**
 * A table as the tenant has it now, for a repair, which runs before the release. Null where the release creates or changes the rows or the columns,
 * so that the repair would not be about what the statement meets.
 */
export function tableNow(state: ReleaseState, table: TableState, columns: readonly string[]): TableState | null {
  const { origin } = table;
  const origins = originColumns(table, columns);
  if (!origin || !table.sameRows || !origins || origins.some((name, at) => name !== columns[at])) return null;
  return { ...initialTable(state.catalog, origin), name: table.name };
}
