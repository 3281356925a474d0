import type { Ports } from "../ports/ports.js";
import { rolloutOf } from "../steps/evidence/gather.js";
import { heldNow } from "../steps/rollout/hold.js";
import { artifact, need, type RunRequest } from "../steps/run/records.js";
import type { Outcome } from "../steps/states/report.js";
import type { ReviewModel } from "./model.js";

/** What of the page moves while a run goes on. */
export type LiveView = Pick<ReviewModel, "rollout" | "hold" | "outcome">;

export async function liveOf(ports: Pick<Ports, "run" | "artifacts" | "clock">): Promise<LiveView> {
  const request = await need<RunRequest>(ports, artifact.request);
  const rollout = await rolloutOf(ports);
  const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
  const hold = rollout === null || outcome !== null ? null : await heldNow(ports, request);
  return {
    rollout,
    hold: hold && { text: hold.text, paused: hold.kind === "paused" },
    outcome: outcome && { status: outcome.status, reason: outcome.reason },
  };
}
