import type { Notifier } from "../../ports/notifier.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import type { Executed } from "./execute.js";

/** Tells those who were asked how the run ended. A run that only paused has not ended. */
export async function announce(io: Io, notifier: Notifier | null, { ports, stopped }: Executed): Promise<void> {
  if (notifier === null || stopped !== null) return;
  const [outcome, record, model] = await Promise.all([
    ports.artifacts.get<Outcome>(artifact.outcome),
    ports.approvals.read(ports.run),
    reviewModelOf(ports),
  ]);
  if (outcome === null || record === null) return;
  const deliveries = await notifier.ended({
    run: ports.run,
    release: model?.release.name ?? ports.run,
    outcome: outcome.status,
    detail: outcome.reason,
    people: record.request.approvers,
  });
  for (const { person, channel, status, reason } of deliveries) {
    if (status === "failed")
      io.stderr.write(`Not told: ${printable(person)} by ${channel}: ${printable(reason ?? "no reason given")}\n`);
  }
}
