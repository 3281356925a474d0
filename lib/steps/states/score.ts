import { z } from "zod";
import { approvalDigest, approvalParts } from "../../core/approval/digest.js";
import { milliseconds } from "../../core/config/config.js";
import { blocks } from "../../core/finding.js";
import { digest } from "../../core/json.js";
import { scoreRisk } from "../../core/risk/score.js";
import { tooRisky } from "../../core/risk/too-risky.js";
import { bindingSubject } from "../approval/binding.js";
import { refuseOtherPolicy } from "../approval/refuse-other-policy.js";
import { readRun } from "../evidence/gather.js";
import { keptPredictions } from "../prediction/kept-prediction.js";
import { riskInput } from "../prediction/risk-input.js";
import { allFindings, saveFindings } from "../run/findings.js";
import { recordExceptions } from "../run/record-exceptions.js";
import { refuseOtherFindings } from "../run/recorded-findings.js";
import { artifact, need, type ScoreRecord } from "../run/records.js";
import type { Step } from "../run/step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly score: number;
  readonly verdict: ScoreRecord["verdict"];
  readonly approvalSeconds: number;
}

/** The risk as a product of named factors, the verdict, and the digest that an approval is bound to. */
export const score: Step<z.infer<typeof input>, Output> = {
  name: "score",
  input,
  settled: () => true,
  async run(ports) {
    const run = await readRun(ports);
    const { config } = run.request;
    await refuseOtherPolicy(ports);
    await refuseOtherFindings(ports);
    // Without its clusters a run would have nothing pending.
    await need(ports, artifact.clusters);
    await saveFindings(ports, "kept", keptPredictions(run));
    // The score's own findings are not a reason for the score.
    const findings = (await allFindings(ports)).filter(({ gate }) => gate !== "score");
    const scored = scoreRisk(riskInput(run, findings, ports.clock.now()), config.thresholds);
    const idle = run.clusters.length > 0 && run.clusters.every(({ pending }) => pending.length === 0);
    // Nobody is asked to approve nothing.
    const risk = idle && scored.verdict !== "blocked" ? { ...scored, verdict: "pass" as const } : scored;
    const alone = risk.verdict === "blocked" && !blocks(findings);
    await saveFindings(ports, "score", alone ? [tooRisky(risk, config.thresholds)] : []);
    const subject = await bindingSubject(ports);
    const record: ScoreRecord = { ...risk, digest: approvalDigest(subject), parts: approvalParts(subject) };
    await ports.artifacts.put(artifact.score, record);
    await recordExceptions(ports, findings, run.clusters);
    ports.events.emit({ type: "result", phase: "Score", text: `${risk.fleet.toFixed(2)} (${risk.verdict})` });
    await ports.audit.append({
      actor: "schema-gate",
      action: risk.verdict === "blocked" ? "gate.refused" : "step.finished",
      subject: { kind: "phase", name: "Score" },
      digest: digest(record),
      details: {
        score: risk.fleet,
        verdict: risk.verdict,
        errors: findings.filter((one) => one.severity === "error").length,
      },
    });
    return {
      score: risk.fleet,
      verdict: risk.verdict,
      approvalSeconds: Math.ceil(milliseconds(config.approval.expires) / 1000),
    };
  },
};
