import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../adapters/local/system-clock.js";
import { artifact } from "../../steps/records.js";
import type { Outcome } from "../../steps/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { Progress } from "../terminal/progress.js";
import { printable } from "../terminal/style.js";
import type { FoundRun } from "./find-run.js";
import { lockHolder } from "./run-lock.js";
import { statusOf } from "./status-of.js";

const EVERY_MS = 300;

interface Phase {
  readonly title: string;
  readonly done: number;
  /** 0 when it cannot be counted. */
  readonly total: number;
}

/** Follows a run that another process works on, until it ends or nobody works on it any more. Reads its folder only. */
export async function watchRun(io: Io, found: FoundRun): Promise<ExitCode> {
  const { workspace, artifacts, request } = found;
  const progress = new Progress(io, () => systemClock.monotonic());
  let shown: Phase | null = null;
  for (;;) {
    const alive = lockHolder(workspace, request.run) !== null;
    const outcome = await artifacts.get<Outcome>(artifact.outcome);
    if (!alive) break;
    const phase: Phase = outcome ? { title: "Seal", done: 0, total: 0 } : await phaseOf(found);
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

/** How far the run is, from what its steps have written. */
async function phaseOf({ artifacts }: FoundRun): Promise<Phase> {
  const count = async (prefix: string) => (await artifacts.list(prefix)).length;
  const fleet = await artifacts.get<readonly unknown[]>(artifact.fleet);
  if (fleet === null) return { title: "Load", done: 0, total: 0 };
  const batches = (await artifacts.list("batches")).filter((key) => key.startsWith("batches/all")).length;
  const share = async (phase: string) =>
    Math.min(fleet.length, Math.round((fleet.length * (await count(artifact.results(phase)))) / Math.max(1, batches)));
  const read = await share("Introspect");
  if (read < fleet.length) return { title: "Introspect", done: read, total: fleet.length };
  const probed = await share("Probe");
  if (probed < fleet.length) return { title: "Probe rows", done: probed, total: fleet.length };
  if ((await artifacts.getText(artifact.score)) === null) return { title: "Lint, plan, dry run", done: 0, total: 0 };
  if ((await artifacts.getText(artifact.waves)) === null) return { title: "Approval", done: 0, total: 0 };
  return { title: "Roll out", done: await count("tenants"), total: fleet.length };
}
