import type { ApprovalRecord } from "../../lib/ports/approvals.js";
import type { ApprovalNotice } from "../../lib/ports/notifier.js";
import type { Ports } from "../../lib/ports/ports.js";
import { approvalNotice } from "../../lib/review/approval-notice.js";
import { approverLinks } from "../../lib/review/links.js";
import { reviewModelOf, rollbackModelOf } from "../../lib/review/model-of-run.js";
import { rollbackQuestion } from "../../lib/steps/approval/rollback-question.js";
import { needRequest } from "../../lib/steps/run/stored-request.js";
import type { Services } from "./services.js";

/** What people are asked, and what they have answered. */
export interface OpenQuestion {
  readonly notice: ApprovalNotice;
  readonly record: ApprovalRecord;
}

/** The question about a run, or about its rollback `order`, with a link for each approver; null if nobody was asked. */
export async function openQuestion(
  services: Services,
  ports: Ports,
  order: number | undefined,
): Promise<OpenQuestion | null> {
  const [model, record] = await Promise.all([
    order === undefined ? reviewModelOf(ports) : rollbackModelOf(ports, order),
    ports.approvals.read(order === undefined ? ports.run : rollbackQuestion(ports.run, order)),
  ]);
  if (model === null || record === null) return null;
  const { config } = await needRequest(ports);
  const origin = config.approval.origin ?? services.environment.SCHEMA_GATE_APPROVAL_URL;
  if (origin === undefined)
    throw new Error("SCHEMA_GATE_APPROVAL_URL is not set, so approvers would have no page to decide on");
  const links = approverLinks(record.request, origin, await services.linkKey());
  return { notice: approvalNotice(model, record.request, links), record };
}
