import type { Finding } from "../core/finding.js";
import type { Ports } from "../ports/ports.js";

/** That the config lets a migration run which cannot be taken back belongs into the audit trail by itself. */
export async function recordAcceptedLosses(ports: Ports, findings: readonly Finding[]): Promise<void> {
  for (const { code, subject, message, tenants } of findings) {
    if (code !== "rollback.loss-accepted") continue;
    await ports.audit.append({
      actor: "schema-gate",
      action: "loss.accepted",
      subject,
      digest: null,
      details: { message, tenants: tenants?.length ?? 0 },
    });
  }
}
