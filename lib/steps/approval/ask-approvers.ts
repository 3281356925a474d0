import type { ApprovalNotice, Delivery, Notifier } from "../../ports/notifier.js";
import type { Ports } from "../../ports/ports.js";

/** Who received which question. Kept next to the findings, not among them: it is not part of what is approved. */
const ASKED = "approval/asked.json";

/** Asks the approvers who have not received this question yet. Returns what could not be delivered, which is audited. */
export async function askApprovers(
  ports: Pick<Ports, "artifacts" | "audit">,
  notifier: Notifier,
  notice: ApprovalNotice,
): Promise<readonly Delivery[]> {
  const known = await ports.artifacts.get<Asked>(ASKED);
  const sent = known?.digest === notice.digest ? known.sent : [];
  const recipients = notice.recipients.filter(({ person }) => !sent.includes(person.id));
  if (recipients.length === 0) return [];
  const deliveries = await notifier.approvalRequested({ ...notice, recipients });
  const reached = deliveries.filter((delivery) => delivery.status === "sent").map((delivery) => delivery.person);
  await ports.artifacts.put(ASKED, {
    digest: notice.digest,
    sent: [...new Set([...sent, ...reached])],
  } satisfies Asked);
  const failed = deliveries.filter((delivery) => delivery.status === "failed");
  for (const { channel, person, reason } of failed) {
    await ports.audit.append({
      actor: "schema-gate",
      action: "fault.observed",
      subject: { kind: "approver", name: person },
      digest: notice.digest,
      details: { channel, reason },
    });
  }
  return failed;
}

interface Asked {
  readonly digest: string;
  /** Ids of the people reached by at least one channel. */
  readonly sent: readonly string[];
}
