import { STANDING_CODE } from "../../core/catalog/code-of-others.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

/** Executing anything on this connection could run what a role that may less wrote. Nothing was executed. */
export class RunsOthersCode extends DatabaseError {
  constructor(code: readonly string[]) {
    super(`${shownCode(code)} would run with rights that reach beyond the database`, "OTHERS-CODE");
  }
}

/** Functions of a lesser role that the database calls by itself, where the session's role reaches beyond it. */
export async function standingCode(session: Session): Promise<readonly string[]> {
  const [row] = await session.query<Row & { readonly code: readonly string[] }>(STANDING_CODE);
  if (!row) throw new DatabaseError("the query for standing code was answered with no row", "MALFORMED");
  return row.code;
}

/** Throws `RunsOthersCode`. */
export async function assertNoOthersCode(session: Session): Promise<void> {
  const code = await standingCode(session);
  if (code.length > 0) throw new RunsOthersCode(code);
}

export function shownCode(code: readonly string[]): string {
  return code.slice(0, 3).join(", ") + (code.length > 3 ? ` and ${code.length - 3} more` : "");
}
