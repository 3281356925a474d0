import type { Ports } from "../../lib/ports/ports.js";
import { believedApprovals } from "../../lib/steps/approval/believed-approvals.js";
import { artifact } from "../../lib/steps/run/records.js";
import { needRequest } from "../../lib/steps/run/stored-request.js";
import { type Outcome, report } from "../../lib/steps/states/report.js";
import { handlerOf } from "../runtime.js";
import { notifierOf } from "./channels.js";
import { onLambda } from "./lambda.js";
import type { Services } from "./services.js";

/** Tells those who were asked how the run ended. */
export async function announce(services: Services, ports: Ports): Promise<void> {
  const [outcome, { record }, request] = await Promise.all([
    ports.artifacts.get<Outcome>(artifact.outcome),
    believedApprovals(ports),
    needRequest(ports),
  ]);
  if (outcome === null || record === null) return;
  const notifier = await notifierOf(services);
  await notifier.ended({
    run: ports.run,
    release: request.config.migrations,
    outcome: outcome.status,
    detail: outcome.reason,
    people: record.request.approvers,
  });
}

export const handler = onLambda("report", handlerOf(report), { after: announce });
