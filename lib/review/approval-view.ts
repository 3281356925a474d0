import { approvalState } from "../core/approval/decide.js";
import type { ApprovalRecord } from "../ports/approvals.js";
import type { ApprovalView } from "./model.js";

/** What the page shows of an approval. `now` in milliseconds since the epoch. */
export function approvalView({ request, entries }: ApprovalRecord, now: number): ApprovalView {
  const state = approvalState(request, entries, now);
  const counted = [...state.approvals, ...(state.rejection ? [state.rejection] : [])];
  return {
    status: state.status,
    reason: state.reason,
    quorum: request.quorum,
    approvers: request.approvers.map((person) => person.id),
    decisions: counted.map(({ person, verdict, channel, at, reason }) => ({
      person,
      verdict,
      channel,
      reason,
      at: new Date(at).toISOString(),
    })),
    expiresAt: new Date(request.expiresAt).toISOString(),
  };
}
