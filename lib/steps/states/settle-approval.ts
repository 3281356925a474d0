import { z } from "zod";
import { approvalState } from "../../core/approval/decide.js";
import type { ApprovalEntry } from "../../core/approval/request.js";
import type { AuditAction } from "../../core/audit/chain.js";
import type { Ports } from "../../ports/ports.js";
import type { RefusedAttempt } from "../approval/refused-attempt.js";
import { rollbackQuestion } from "../approval/rollback-question.js";
import { artifact } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string(), order: z.int().min(0).optional() });

interface Output {
  readonly decision: "approved" | "rejected" | "expired" | "void";
}

/** Reads the decision from where decisions are stored, whatever woke the run, and writes all of it into the audit trail. */
export const settleApproval: Step<z.infer<typeof input>, Output> = {
  name: "settle-approval",
  input,
  settled: () => true,
  async run(ports, { run, order }) {
    const record = await ports.approvals.read(order === undefined ? run : rollbackQuestion(run, order));
    if (!record) throw new Error("the run waited for an approval that was never asked for");
    const state = approvalState(record.request, record.entries, ports.clock.now());
    for (const entry of record.entries) await auditEntry(ports, entry, record.request.digest);
    for (const key of await ports.artifacts.list(artifact.refusals)) await auditRefusal(ports, key);
    // A wait that ended early, for whatever reason, without a decision does not count as approval.
    const decision = state.status === "pending" ? "expired" : state.status;
    if (decision === "expired") await note(ports, "schema-gate", "approval.expired", record.request.digest, {});
    return { decision };
  },
};

async function auditEntry(ports: Ports, entry: ApprovalEntry, digest: string): Promise<void> {
  if (entry.kind === "void") return note(ports, "schema-gate", "approval.void", digest, { reason: entry.reason });
  const { person, channel, reason, verdict, at } = entry;
  const action = verdict === "approve" ? "approval.given" : "approval.rejected";
  await note(ports, person, action, entry.digest, { channel, reason, decidedAt: new Date(at).toISOString() });
}

async function auditRefusal(ports: Ports, key: string): Promise<void> {
  const refused = await ports.artifacts.get<RefusedAttempt>(key);
  if (!refused) return;
  const { name, channel, verdict, code, message, at } = refused;
  await note(ports, name, "approval.refused", null, { channel, verdict, code, message, at });
}

async function note(
  ports: Ports,
  actor: string,
  action: AuditAction,
  digest: string | null,
  details: Readonly<Record<string, string | null>>,
): Promise<void> {
  await ports.audit.append({ actor, action, subject: { kind: "run", name: ports.run }, digest, details });
}
