import type { ApprovalNotice, Delivery, Notifier } from "../../ports/notifier.js";
import type { Ports } from "../../ports/ports.js";

/** Who received which question. Kept next to the findings, not among them: it is not part of what is approved. */
const ASKED = "approval/asked.json";

export interface AskedPeople {
  /** Who or which channel has the question now, the earlier ones included. */
  readonly reached: readonly string[];
  /** What could not be delivered this time; it is in the audit trail. */
  readonly failed: readonly Delivery[];
}

/** Asks the approvers who have not received this question yet. */
export async function askApprovers(
  ports: Pick<Ports, "artifacts" | "audit">,
  notifier: Notifier,
  notice: ApprovalNotice,
): Promise<AskedPeople> {
  const known = await ports.artifacts.get<Asked>(ASKED);
  const sent = known?.digest === notice.digest ? known.sent : [];
  const recipients = notice.recipients.filter(({ person }) => !sent.includes(person.id));
  if (recipients.length === 0) return { reached: sent, failed: [] };
  const deliveries = await notifier.approvalRequested({ ...notice, recipients });
  const reached = [...new Set([...sent, ...toWhom(deliveries, "sent").map(({ person }) => person)])];
  await ports.artifacts.put(ASKED, { digest: notice.digest, sent: reached } satisfies Asked);
  return { reached, failed: await noteUndelivered(ports, notice, deliveries) };
}

/** Asks approvers again, whether or not they have the question. Returns whom or which channel that reached. */
export async function remindApprovers(
  ports: Pick<Ports, "audit">,
  notifier: Notifier,
  notice: ApprovalNotice,
): Promise<readonly string[]> {
  const deliveries = await notifier.approvalRequested({ ...notice, reminder: true });
  const reached = [...new Set(toWhom(deliveries, "sent").map(({ person }) => person))];
  await ports.audit.append({
    actor: "schema-gate",
    action: "approval.reminded",
    subject: { kind: "run", name: notice.run },
    digest: notice.digest,
    details: { people: reached, expiresAt: new Date(notice.expiresAt).toISOString() },
  });
  await noteUndelivered(ports, notice, deliveries);
  return reached;
}

async function noteUndelivered(
  { audit }: Pick<Ports, "audit">,
  { digest }: ApprovalNotice,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const failed = toWhom(deliveries, "failed");
  for (const { channel, person, reason } of failed) {
    await audit.append({
      actor: "schema-gate",
      action: "fault.observed",
      subject: { kind: "approver", name: person },
      digest,
      details: { channel, reason },
    });
  }
  return failed;
}

function toWhom(deliveries: readonly Delivery[], status: Delivery["status"]): readonly Delivery[] {
  return deliveries.filter((delivery) => delivery.status === status);
}

interface Asked {
  readonly digest: string;
  /** Ids of the people and channels reached. */
  readonly sent: readonly string[];
}
