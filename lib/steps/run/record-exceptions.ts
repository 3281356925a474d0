import type { AuditAction } from "../../core/audit/event.js";
import type { Finding } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import type { ClusterRecord } from "./records.js";

/** Findings that say that the config lets something pass. */
const ACCEPTED: Readonly<Record<string, AuditAction>> = {
  "rollback.loss-accepted": "loss.accepted",
  "release.ignored": "opaque.accepted",
};

/** What would have blocked but the config lets pass belongs in the audit trail as its own entry: losses, opaque pieces, drift. */
export async function recordExceptions(
  ports: Ports,
  findings: readonly Finding[],
  clusters: readonly ClusterRecord[],
): Promise<void> {
  for (const finding of findings) {
    const action = ACCEPTED[finding.code];
    if (action === undefined) continue;
    await ports.audit.append({
      actor: "schema-gate",
      action,
      subject: finding.subject,
      digest: digest(finding),
      details: { message: finding.message, tenants: finding.tenants?.length ?? 0 },
    });
  }
  for (const { drift } of clusters)
    for (const { subject, tenants, reason, expires } of drift?.allowed ?? [])
      await ports.audit.append({
        actor: "schema-gate",
        action: "drift.allowed",
        subject: { kind: "object", name: subject },
        digest: null,
        details: { tenants: [...tenants], reason, expires },
      });
}
