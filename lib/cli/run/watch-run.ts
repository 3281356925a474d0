import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../adapters/local/system-clock.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { Progress } from "../terminal/progress.js";
import type { FoundRun } from "./find-run.js";
import { type Phase, phaseOf } from "./phase-of.js";
import { lockHolder } from "./run-lock.js";
import { statusOf } from "./status-of.js";

const EVERY_MS = 300;

/** Follows a run that another process works on, until it ends or nobody works on it any more. Only reads its folder. */
export async function watchRun(io: Io, found: FoundRun): Promise<ExitCode> {
  const { workspace, artifacts, request } = found;
  const progress = new Progress(io, () => systemClock.monotonic());
  let shown: Phase | null = null;
  for (;;) {
    const alive = lockHolder(workspace, request.run) !== null;
    const outcome = await artifacts.get<Outcome>(artifact.outcome);
    if (!alive) break;
    const phase: Phase = outcome ? { title: "Seal", done: 0, total: 0 } : await phaseOf(artifacts);
    if (phase.title !== shown?.title) progress.start(phase.title, phase.total);
    progress.advance(phase.done - (phase.title === shown?.title ? shown.done : 0));
    shown = phase;
    await delay(EVERY_MS);
  }
  progress.end();
  const { state, next } = await statusOf(found);
  io.stdout.write(`${request.run}: ${printable(state)}${next ? `  → ${next}` : ""}\n`);
  if (state === "passed") return 0;
  return state === "failed" || next !== null ? 3 : 1;
}
