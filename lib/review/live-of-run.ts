import { backfillSum } from "../core/rollout/backfill-sum.js";
import type { Ports } from "../ports/ports.js";
import { rolloutOf } from "../steps/evidence/gather.js";
import { backfillsSoFar } from "../steps/rollout/backfills-so-far.js";
import { governedSoFar } from "../steps/rollout/governed-to-trail.js";
import { heldNow } from "../steps/rollout/hold.js";
import { speedNow } from "../steps/rollout/speed.js";
import { artifact } from "../steps/run/records.js";
import { needRequest } from "../steps/run/stored-request.js";
import type { Outcome } from "../steps/states/report.js";
import type { ReviewModel } from "./model.js";
import type { BackfillsView } from "./plan-view.js";

/** The parts of the page that change during a run. */
export type LiveView = Pick<ReviewModel, "rollout" | "backfills" | "hold" | "outcome">;

export async function liveOf(ports: Pick<Ports, "run" | "artifacts" | "clock">): Promise<LiveView> {
  const request = await needRequest(ports);
  const rollout = await rolloutOf(ports);
  const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
  const hold = rollout === null || outcome !== null ? null : await heldNow(ports, request);
  return {
    rollout,
    backfills: await backfillsOf(ports),
    hold: hold && { text: hold.text, paused: hold.kind === "paused" },
    outcome: outcome && { status: outcome.status, reason: outcome.reason },
  };
}

async function backfillsOf(ports: Pick<Ports, "artifacts">): Promise<BackfillsView | null> {
  const each = await backfillsSoFar(ports);
  if (each.length === 0) return null;
  const governed = [...(await governedSoFar(ports))].map(([host, decisions]) => ({ host, decisions }));
  const tenants = each.filter(({ pace }) => pace !== "done");
  return { sum: backfillSum(each), tenants, governed, speed: await speedNow(ports) };
}
