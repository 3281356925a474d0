import {
  FIND_STATEMENTS,
  type StatementRow,
  type StatementsInfo,
  type StatementsView,
  statementRows,
  statementsInfo,
  statisticsWorkload,
} from "../../core/workload/statement-statistics.js";
import { EMPTY_WORKLOAD, type Workload } from "../../core/workload/workload.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

/** SQLSTATE object_not_in_prerequisite_state: the library was not loaded when the server started. */
const NOT_LOADED = "55000";

/**
 * The queries that a tenant's server has counted, read-only. A tenant without the extension gets a remark instead. The parser must be
 * loaded. Throws `DatabaseError` for any other failure.
 */
export async function readStatistics(session: Session, place: string): Promise<Workload> {
  const [view] = await session.query<Row & StatementsView>(FIND_STATEMENTS);
  if (!view)
    return without(
      `${place}: pg_stat_statements is not installed in the database (CREATE EXTENSION pg_stat_statements).`,
    );
  try {
    const rows = await session.query<Row & StatementRow>(statementRows(view));
    const about = statementsInfo(view);
    const [info] = about === null ? [] : await session.query<Row & StatementsInfo>(about);
    return statisticsWorkload(rows, info ?? null, view, place);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== NOT_LOADED) throw error;
    return without(`${place}: the server has not loaded pg_stat_statements (shared_preload_libraries).`);
  }
}

function without(remark: string): Workload {
  return { ...EMPTY_WORKLOAD, remarks: [remark] };
}
