import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ended } from "../fleet.js";
import { type Account, examine, examineEnd, examineSeal, examineStates, examineTakenBack, repair } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";

const RUNNER = "test/support/faults/struck-runner.mjs";

export interface Trace {
  /** `step 12 before`, with the name of the step or the statement's first words. */
  readonly points: readonly { readonly at: string; readonly name: string }[];
  /** Tenants with an open session that may write, at the end of the journal. */
  readonly inFlight: readonly string[];
  /** Whether the process came to the point at which it was to be killed. */
  readonly killed: boolean;
}

interface Strike {
  readonly command: readonly string[];
  readonly kill: string | null;
  readonly jump?: boolean;
}

/** Runs a command line in a process that strikes itself, and reads what it wrote down on its way. */
export async function strike(fleet: FaultFleet, options: Strike): Promise<Trace> {
  const journal = join(fleet.directory, "journal");
  rmSync(journal, { force: true });
  await ended(fleet.start(RUNNER, [JSON.stringify({ jump: false, ...options, journal })]));
  const lines = existsSync(journal) ? readFileSync(journal, "utf8").split("\n").filter(Boolean) : [];
  const open = new Map<string, number>();
  const points: { at: string; name: string }[] = [];
  for (const line of lines) {
    const [word = "", rest = "", side = ""] = line.split(" ");
    if (word === "open") open.set(rest, (open.get(rest) ?? 0) + 1);
    else if (word === "close") open.set(rest, (open.get(rest) ?? 0) - 1);
    else points.push({ at: `${word} ${rest} ${side}`, name: line.split(" ").slice(3).join(" ") });
  }
  const killed = options.kill !== null && points.at(-1)?.at === options.kill;
  return { points, killed, inFlight: [...open].flatMap(([id, sessions]) => (sessions > 0 ? [id] : [])) };
}

/** Kills the runner at each of these points of the rollout, from the same beginning, and resumes. */
export async function killAt(fleet: FaultFleet, book: Account, points: readonly string[]): Promise<void> {
  for (const kill of points) {
    await fleet.restore();
    const { inFlight, killed } = await strike(fleet, { command: ["resume"], kill });
    if (!killed) continue;
    await examine(fleet, book, inFlight);
    // A kill between two tenants strikes the run itself.
    if (inFlight.length === 0) book.injected += 1;
    await repair(fleet, book);
    await examineEnd(fleet, book);
    await examineResumed(fleet, book, inFlight.length);
  }
}

/** The same from the very beginning of a run, before anybody was asked. */
export async function killInGates(fleet: FaultFleet, book: Account, points: readonly string[]): Promise<void> {
  for (const kill of points) {
    await fleet.clear();
    const { killed } = await strike(fleet, { command: ["run", "--no-wait"], kill });
    if (!killed) continue;
    book.injected += 1;
    await examine(fleet, book, []);
    await fleet.command(["resume", "--no-wait"]);
    await fleet.command(["approve"]);
    await repair(fleet, book);
    await examineEnd(fleet, book);
    await examineResumed(fleet, book, 1);
  }
}

/** Kills the runner while it takes the release back from every tenant, and lets a second command go on with that. */
export async function killInRollback(fleet: FaultFleet, book: Account, points: readonly string[]): Promise<void> {
  const command = ["rollback", "--yes"];
  for (const kill of points) {
    await fleet.restore();
    await fleet.command(["resume"]);
    const { inFlight, killed } = await strike(fleet, { command, kill });
    if (!killed) continue;
    await examineStates(fleet, book, inFlight);
    if (inFlight.length === 0) book.injected += 1;
    // When every tenant is back already, the run's end is all that is missing.
    await fleet.command(command);
    if (!(await fleet.isSealed())) await fleet.command(["resume"]);
    await examineTakenBack(fleet, book);
    const begun = fleet.trail().filter(({ action }) => action === "rollback.started");
    if (begun.length === 0) book.unaudited += Math.max(1, inFlight.length);
  }
}

/** An artifact of the run is gone, so that a step fails; the runner is killed while it writes down that failure. */
export async function killInFailure(fleet: FaultFleet, book: Account, points: readonly string[]): Promise<void> {
  for (const kill of points) {
    await fleet.restore();
    const giveBack = fleet.hideArtifact(NEEDED);
    const { killed } = await strike(fleet, { command: ["resume"], kill });
    giveBack();
    if (!killed) continue;
    book.injected += 1;
    await examine(fleet, book, []);
    await repair(fleet, book);
    await examineEnd(fleet, book);
    await examineResumed(fleet, book, 1);
  }
}

/** Without it no wave can be planned. */
export const NEEDED = "score.json";

/** The trail says that another process took over, and is whole. */
async function examineResumed(fleet: FaultFleet, book: Account, struck: number): Promise<void> {
  if (!fleet.trail().some(({ action }) => action === "run.resumed")) book.unaudited += Math.max(1, struck);
  await examineSeal(fleet, book);
}

/** `count` of them, evenly from the first to the last. */
export function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)] as T);
}
