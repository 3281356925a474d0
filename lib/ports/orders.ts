import type { ApprovalRequest } from "../core/approval/request.js";

/** What should be done with a run that has ended, and who wants it. */
export interface Order {
  readonly kind: "rollback" | "resume";
  /** Hash of the last event of the trail that it follows. */
  readonly after: string;
  /** Ids of the tenants to take back; null: all that have the release. */
  readonly tenants: readonly string[] | null;
  /** By their signature, never by what they say about themselves. */
  readonly by: Pick<ApprovalRequest, "requester" | "startedBy" | "coauthors">;
}

/** For requests from somebody who is not at this machine. */
export interface Orders {
  /** Throws `OrderRefused` unless somebody whom the stack knows signed it. */
  verified(given: unknown): Promise<Order>;
}

/** Nothing is done, and nothing of the run was touched. */
export class OrderRefused extends Error {
  override readonly name = "OrderRefused";
}
