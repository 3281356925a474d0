import type { Session } from "../../ports/database.js";

/** Between two batches, outside of any transaction; may wait, and throws `Interrupted` to stop there. */
export interface BackfillPace {
  between(session: Session, seen: BackfillSeen): Promise<void>;
  /** After the last. */
  ended?(seen: BackfillSeen): Promise<void>;
}

/** What is done by now. */
export interface BackfillSeen {
  readonly version: string;
  readonly rows: number;
  /** Null where they were not counted. */
  readonly total: number | null;
  /** Of the last batch. */
  readonly batchRows: number;
  readonly batchMs: number;
}
