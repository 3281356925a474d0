import type { ApprovalEntry, ApprovalRequest } from "../core/approval/request.js";

export interface ApprovalRecord {
  readonly request: ApprovalRequest;
  /** In the order in which they were recorded. */
  readonly entries: readonly ApprovalEntry[];
}

/**
 * The pending approval of each run. Its entries are an append-only log whose places are taken with a conditional write (an exclusive
 * create, `attribute_not_exists`, `If-None-Match: *`), so that of two decisions at once exactly one gets a place and the other reads the
 * log again. The task token that continues the state machine is kept here and given to no page, link, log or message.
 */
export interface Approvals {
  /**
   * Opens the question. `reopened` if the same question (run and digest) is already open: the token is replaced and the decisions stay.
   * `conflict` if the run has another question: nothing is changed.
   */
  open(request: ApprovalRequest, taskToken: string): Promise<"opened" | "reopened" | "conflict">;
  /** Null if the run has no question. */
  read(run: string): Promise<ApprovalRecord | null>;
  /** Takes place `position` (0-based) of the run's log; false if it is taken. */
  append(run: string, position: number, entry: ApprovalEntry): Promise<boolean>;
  /** Only for whatever continues the state machine. */
  taskToken(run: string): Promise<string | null>;
  /** True for the first caller only. For messages that may be sent again, until `expiresAt` (milliseconds since the epoch). */
  claim(key: string, expiresAt: number): Promise<boolean>;
}
