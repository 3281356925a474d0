import type { Ports } from "../ports/ports.js";
import { askedRollback } from "../steps/approval/rollback-question.js";
import { gatherEvidence } from "../steps/evidence/gather.js";
import { artifact, type ScoreRecord } from "../steps/run/records.js";
import { liveOf } from "./live-of-run.js";
import type { ReviewModel } from "./model.js";
import { planOf } from "./plan-of-run.js";
import { reviewModel } from "./report/review-model.js";

/** The page of a run as it is now, with the digest of what would run now; null before there is a score to show. */
export async function reviewModelOf(ports: Ports): Promise<ReviewModel | null> {
  const score = await ports.artifacts.get<ScoreRecord>(artifact.score);
  if (score === null) return null;
  const model = reviewModel(await gatherEvidence(ports));
  return { ...model, ...(await liveOf(ports)), plan: await planOf(ports), digest: score.digest };
}

/** The page on which people are asked whether to take the run back; null before there is anything to show. */
export async function rollbackModelOf(ports: Ports, order: number): Promise<ReviewModel | null> {
  const model = await reviewModelOf(ports);
  if (model === null) return null;
  const { asked, outlook, digest } = await askedRollback(ports, order);
  const takingBack = { waves: outlook.waves, tenants: outlook.tenants.length };
  // How the rollout ended is the reason for the question, not its end.
  return { ...model, digest, requester: asked.actor, takingBack, outcome: null, hold: null, plan: null };
}
