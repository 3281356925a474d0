import type { ApprovalRequest } from "../../lib/core/approval/request.js";

/** A question to one approver; its run tries to leave its folder. */
export const APPROVAL_REQUEST: ApprovalRequest = {
  run: "../../etc/run",
  digest: "abc",
  requester: "dana",
  approvers: [{ id: "alex" }],
  quorum: 1,
  requestedAt: 1000,
  expiresAt: 2000,
};
