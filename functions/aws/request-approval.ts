import { z } from "zod";
import type { Ports } from "../../lib/ports/ports.js";
import { approvalNotice } from "../../lib/review/approval-notice.js";
import { approverLinks } from "../../lib/review/links.js";
import { reviewModelOf, rollbackModelOf } from "../../lib/review/model-of-run.js";
import { askApprovers } from "../../lib/steps/approval/ask-approvers.js";
import { rollbackQuestion } from "../../lib/steps/approval/rollback-question.js";
import { needRequest } from "../../lib/steps/run/stored-request.js";
import { requestApproval } from "../../lib/steps/states/request-approval.js";
import { handlerOf } from "../runtime.js";
import { notifierOf } from "./channels.js";
import { onLambda } from "./lambda.js";
import type { Services } from "./services.js";

const asked = z.looseObject({ order: z.int().optional() });

/** Asks every approver with their own link. Anyone who could not be reached is in the audit trail. */
async function ask(services: Services, ports: Ports, event: unknown): Promise<void> {
  const { order } = asked.parse(event);
  const [model, record] = await Promise.all([
    order === undefined ? reviewModelOf(ports) : rollbackModelOf(ports, order),
    ports.approvals.read(order === undefined ? ports.run : rollbackQuestion(ports.run, order)),
  ]);
  if (model === null || record === null) return;
  const { config } = await needRequest(ports);
  const origin = config.approval.origin ?? services.environment.SCHEMA_GATE_APPROVAL_URL;
  if (origin === undefined)
    throw new Error("SCHEMA_GATE_APPROVAL_URL is not set, so approvers would have no page to decide on");
  const links = approverLinks(record.request, origin, await services.linkKey());
  await askApprovers(ports, await notifierOf(services), approvalNotice(model, record.request, links));
}

export const handler = onLambda("request-approval", handlerOf(requestApproval), { after: ask });
