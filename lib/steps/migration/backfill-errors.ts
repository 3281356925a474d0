import { BACKFILL_REMEDIES, type BackfillRefusal, type BackfillRefusalCode } from "../../core/backfill/refusal.js";
import { DatabaseError } from "../../ports/database.js";

/** A statement marked as a backfill cannot be run in batches here. Nothing was changed. */
export class BackfillRefused extends DatabaseError {
  readonly refusal: BackfillRefusalCode;
  readonly remedy: string;

  constructor({ code, reason }: BackfillRefusal) {
    super(`it cannot be run in batches: ${reason}`, "BACKFILL-REFUSED");
    this.refusal = code;
    this.remedy = BACKFILL_REMEDIES[code];
  }
}

/** One row stops the backfill. What was done before stays done, and is not repeated. */
export class BackfillHalted extends DatabaseError {
  constructor(
    /** `endless`: the row still meets the condition after it was done, so no pass would be the last. */
    readonly why: "row" | "endless",
    /** The row by its key. */
    readonly key: string,
    reason: string,
  ) {
    super(`the backfill halted at the row ${key}: ${reason}`, "BACKFILL-HALTED");
  }
}

/** SQLSTATE classes of errors that a row's values cause: cardinality, data, constraint, trigger and procedure. */
const OF_ROWS = /^(21|22|23|27|38|39|44|P0)/;
const LATER: ReadonlySet<string> = new Set(["55P03", "40P01", "40001"]);
const TOO_LONG = "57014";

/** What a failed batch calls for. */
export function callsFor(error: DatabaseError): "bisect" | "wait" | "shrink" | "stop" {
  if (error.code === TOO_LONG) return "shrink";
  if (LATER.has(error.code)) return "wait";
  return error instanceof RowsStay || OF_ROWS.test(error.code) ? "bisect" : "stop";
}

/** Rows of a batch still meet the condition after they were done. The batch is rolled back. */
export class RowsStay extends DatabaseError {
  constructor() {
    super(
      "it still meets the condition after the statement has changed it, so the backfill would never end",
      "BACKFILL-STAYS",
    );
  }
}
