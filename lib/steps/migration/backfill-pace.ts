import type { Session } from "../../ports/database.js";

/** Called between two batches, outside any transaction; may wait, and throws `Interrupted` to stop there. */
export interface BackfillPace {
  between(session: Session, seen: BackfillSeen): Promise<void>;
  /** Called after the last batch. */
  ended?(seen: BackfillSeen): Promise<void>;
}

/** What has been done so far. */
export interface BackfillSeen {
  readonly version: string;
  readonly rows: number;
  /** Null if they were not counted. */
  readonly total: number | null;
  /** Of the last batch. */
  readonly batchRows: number;
  readonly batchMs: number;
}
