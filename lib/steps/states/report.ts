import { z } from "zod";
import type { Evidence } from "../../core/evidence/evidence.js";
import { canonicalJson, digest } from "../../core/json.js";
import { gatesSkipped } from "../../core/report/gates.js";
import type { Ports } from "../../ports/ports.js";
import { gatherEvidence } from "../evidence/gather.js";
import { recordTenants } from "../run/record-tenants.js";
import { artifact } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

/** How a run ended, for anyone who reads the folder. */
export interface Outcome {
  readonly status: Evidence["verdict"]["status"];
  readonly reason: string;
  readonly finishedAt: string;
}

interface Output {
  readonly outcome: Outcome["status"];
  readonly summary: string;
}

/** Evidence and execution log of everything that the run did, however it ended. */
export const report: Step<z.infer<typeof input>, Output> = {
  name: "report",
  input,
  // A resumed run reports again.
  settled: () => false,
  async run(ports) {
    if ((await ports.artifacts.list(artifact.results("Migrate"))).length > 0) await recordTenants(ports, "Migrate");
    await ports.rollouts.end(ports.run);
    const { status, reason } = await writeReport(ports);
    ports.events.emit({ type: "result", phase: "Report", text: status });
    return { outcome: status, summary: reason };
  },
};

/** Evidence, its files and the outcome of the run as it is now; recorded in the trail. */
export async function writeReport(ports: Ports): Promise<Pick<Outcome, "status" | "reason">> {
  const evidence = await gatherEvidence(ports);
  const { status, reason } = evidence.verdict;
  const finishedAt = evidence.run.finishedAt ?? new Date(ports.clock.now()).toISOString();
  await ports.artifacts.putText(artifact.evidence, `${canonicalJson(evidence)}\n`);
  await ports.artifacts.putText(artifact.log, `${JSON.stringify(evidence.log, null, 2)}\n`);
  for (const [name, text] of Object.entries(ports.renderer.render(evidence))) await ports.artifacts.putText(name, text);
  await ports.artifacts.put(artifact.outcome, { status, reason, finishedAt } satisfies Outcome);
  for (const gate of gatesSkipped(evidence))
    await ports.audit.append({
      actor: "schema-gate",
      action: "gate.skipped",
      subject: { kind: "gate", name: gate },
      digest: null,
      details: { command: evidence.run.command, status },
    });
  await ports.audit.append({
    actor: "schema-gate",
    action: "run.finished",
    subject: { kind: "run", name: ports.run },
    digest: digest(evidence),
    details: { status, reason },
  });
  return { status, reason };
}
