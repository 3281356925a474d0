import { z } from "zod";
import type { ApprovalNotice } from "../../lib/ports/notifier.js";
import type { Ports } from "../../lib/ports/ports.js";
import { type AskedPeople, askApprovers } from "../../lib/steps/approval/ask-approvers.js";
import { requestApproval } from "../../lib/steps/states/request-approval.js";
import { handlerOf } from "../runtime.js";
import { notifierOf } from "./channels.js";
import { onLambda } from "./lambda.js";
import { openQuestion } from "./open-question.js";
import type { Services } from "./services.js";

const asked = z.looseObject({ order: z.int().optional() });

/** The run would wait for people of whom none has its question. */
class NobodyAsked extends Error {
  override readonly name = "NobodyAsked";
}

/** Asks every approver with their own link. Anyone who could not be reached is in the audit trail. Throws `NobodyAsked`. */
async function ask(services: Services, ports: Ports, event: unknown): Promise<void> {
  const question = await openQuestion(services, ports, asked.parse(event).order);
  if (question === null) return;
  const { notice } = question;
  refuseToWait(notice, await askApprovers(ports, await notifierOf(services), notice));
}

/** A channel, whose message has buttons, reaches those whom Slack knows. */
function refuseToWait({ run, recipients }: ApprovalNotice, { reached, failed }: AskedPeople): void {
  const known = recipients.filter(({ person }) => reached.includes(person.id));
  const inChannel = reached.length > 0 && recipients.some(({ person }) => person.slack !== undefined);
  if (recipients.length === 0 || known.length > 0 || inChannel) return;
  const reasons = failed.map(({ person, channel, reason }) => `${person} by ${channel}: ${reason}`);
  throw new NobodyAsked(
    `none of the approvers of ${run} could be asked (${reasons.join("; ") || "the stack has no channel to them"}), so nobody could approve it`,
  );
}

export const handler = onLambda("request-approval", handlerOf(requestApproval), { after: ask });
