import type { Ports } from "../ports/ports.js";
import { gatherEvidence } from "../steps/evidence/gather.js";
import { artifact, type ScoreRecord } from "../steps/run/records.js";
import { liveOf } from "./live-of-run.js";
import type { ReviewModel } from "./model.js";
import { planOf } from "./plan-of-run.js";
import { reviewModel } from "./report/review-model.js";

/** The page of a run as it stands now, with the digest of what would run now; null before there is a score to show. */
export async function reviewModelOf(ports: Ports): Promise<ReviewModel | null> {
  const score = await ports.artifacts.get<ScoreRecord>(artifact.score);
  if (score === null) return null;
  const model = reviewModel(await gatherEvidence(ports));
  return { ...model, ...(await liveOf(ports)), plan: await planOf(ports), digest: score.digest };
}
