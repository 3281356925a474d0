import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";
import { artifact, type BatchResult } from "../run/records.js";
import { type HeldInput, heldPorts } from "./held-plan.js";
import type { BatchOutput } from "./until-deadline.js";

/** Works on a batch by its plan. Anything changed since it was checked is a finding: nothing is executed by it, and the batch has failed. */
export async function heldBatch(
  ports: Ports,
  phase: "Migrate" | "RollBack",
  { batch, held }: HeldInput,
  work: (ports: Ports) => Promise<BatchOutput>,
): Promise<BatchOutput> {
  try {
    return await work(await heldPorts(ports, held, batch));
  } catch (error) {
    if (!(error instanceof TamperedError)) throw error;
    const result: BatchResult<never> = { batch, records: [], findings: [tampered(ports.run, error.message)] };
    await ports.artifacts.put(artifact.result(phase, batch), result);
    return { ok: false, batch, longRunning: false };
  }
}

function tampered(run: string, message: string): Finding {
  return {
    code: "rollout.tampered",
    gate: "rollout",
    severity: "error",
    subject: { kind: "run", name: run },
    message: `${message}.`,
    remedy: { text: "Revoke their access, then start a new run.", command: "schema-gate run" },
  };
}
