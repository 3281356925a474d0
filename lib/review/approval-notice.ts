import type { ApprovalRequest } from "../core/approval/request.js";
import type { ApprovalNotice } from "../ports/notifier.js";
import type { ReviewModel } from "./model.js";

/** What approvers are told, from what the page shows. */
export function approvalNotice(
  model: ReviewModel,
  request: ApprovalRequest,
  recipients: ApprovalNotice["recipients"],
): ApprovalNotice {
  const count = (severity: string) => model.findings.filter((finding) => finding.severity === severity).length;
  return {
    run: request.run,
    release: model.takingBack === undefined ? model.release.name : `the rollback of ${model.release.name}`,
    digest: request.digest,
    requester: request.requester,
    score: model.score,
    tenants: model.takingBack?.tenants ?? model.tenants,
    outliers: model.clusters.filter((cluster) => !cluster.majority).flatMap((cluster) => cluster.tenants),
    errors: count("error"),
    warnings: count("warning"),
    quorum: request.quorum,
    expiresAt: request.expiresAt,
    recipients,
  };
}
