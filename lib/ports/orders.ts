import type { ApprovalRequest } from "../core/approval/request.js";

/** What is to be done with a run that has ended, and who wants it. */
export interface Order {
  readonly kind: "rollback" | "resume";
  /** Hash of the last event of the trail that it follows. */
  readonly after: string;
  /** Ids of the tenants that are to be taken back; null: all that have the release. */
  readonly tenants: readonly string[] | null;
  /** By their signature, never by what they say of themselves. */
  readonly by: Pick<ApprovalRequest, "requester" | "startedBy" | "coauthors">;
}

/** Where whoever wants something is not at this machine. */
export interface Orders {
  /** Throws `OrderRefused` for what nobody signed whom the stack knows. */
  verified(given: unknown): Promise<Order>;
}

/** Nothing is done, and nothing of the run was touched. */
export class OrderRefused extends Error {
  override readonly name = "OrderRefused";
}
