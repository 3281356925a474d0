import { approvalState } from "./decide.js";
import type { Person } from "./person.js";
import { type ApprovalEntry, type ApprovalRequest, isRequester } from "./request.js";

/** The part of its time that a question has left when people are reminded of it. */
const LAST = 1 / 4;

/** Who has not answered a question that is about to expire; null if it is not, or not open. */
export function lateApprovers(
  request: ApprovalRequest,
  entries: readonly ApprovalEntry[],
  now: number,
): readonly Person[] | null {
  const { requestedAt, expiresAt, approvers } = request;
  if (now < expiresAt - LAST * (expiresAt - requestedAt)) return null;
  const { status, approvals } = approvalState(request, entries, now);
  if (status !== "pending") return null;
  return approvers.filter(
    (person) => !isRequester(request, person) && !approvals.some((given) => given.person === person.id),
  );
}
