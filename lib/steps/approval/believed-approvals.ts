import type { Finding } from "../../core/finding.js";
import type { ApprovalRecord } from "../../ports/approvals.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";

export interface BelievedApprovals {
  /** Null when nothing was asked, or when none of it can be trusted. */
  readonly record: ApprovalRecord | null;
  /** What somebody else did to the approvals, for the report. */
  readonly findings: readonly Finding[];
}

/** The approvals for the report: a record that was tampered with is reported, and does not stop the report. */
export async function believedApprovals({
  approvals,
  run,
}: Pick<Ports, "approvals" | "run">): Promise<BelievedApprovals> {
  try {
    return { record: await approvals.read(run), findings: [] };
  } catch (error) {
    if (!(error instanceof TamperedError)) throw error;
    return { record: null, findings: [tampered(run, error.message)] };
  }
}

function tampered(run: string, message: string): Finding {
  return {
    code: "approval.tampered",
    gate: "approve",
    severity: "error",
    subject: { kind: "run", name: run },
    message,
    remedy: {
      text: "Find out who wrote there, revoke their access, then start a new run.",
      command: "schema-gate run",
    },
  };
}
