import type { Ports } from "../ports/ports.js";
import type { ReviewEvent } from "./deps.js";

/** Decisions are written into the trail from the approvals' own log; refusals are known only here. */
export async function auditRefusal(ports: Ports, event: ReviewEvent & { readonly kind: "refusal" }): Promise<void> {
  await ports.audit.append({
    actor: event.person ?? "unknown",
    action: "approval.refused",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { channel: event.channel, code: event.code, message: event.message, at: new Date(event.at).toISOString() },
  });
}
