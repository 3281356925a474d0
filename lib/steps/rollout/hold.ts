import type { Config } from "../../core/config/config.js";
import { windowOf } from "../../core/rollout/groups.js";
import { momentText, windowState } from "../../core/rollout/window.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { PauseEntry } from "../run/operator-entries.js";
import { artifact, type RunRequest, type WavePlan, type WaveResult } from "../run/records.js";
import { speedsOf } from "./speed.js";

/** Why the rollout begins no further tenant for now. */
export interface Hold {
  readonly kind: "paused" | "window" | "over";
  /** One clause, for a person. */
  readonly text: string;
  /** When it ends without anybody's action, in milliseconds since the epoch; null: a person must end it. */
  readonly until: number | null;
}

/** What holds the rollout before tenants of this group; null when nothing does. */
export async function holdOf(
  ports: Pick<Ports, "run" | "artifacts" | "clock">,
  { rollout }: Pick<Config, "rollout">,
  group: string | null,
): Promise<Hold | null> {
  const last = (await pausesOf(ports)).at(-1);
  if (last?.paused) {
    const why = last.reason === null ? "" : `: ${last.reason}`;
    return { kind: "paused", text: `paused by ${last.by}${why}`, until: null };
  }
  const window = windowOf(rollout.groups, group);
  const state = window && windowState(window, ports.clock.now());
  if (window === null || state === null || state.state === "open") return null;
  if (state.state === "over")
    return { kind: "over", text: `the window of the group ${group}, ${window.text}, is over`, until: null };
  const opens = momentText(state.opens, window.zone);
  return { kind: "window", text: `waiting for the window of ${group}, which opens ${opens}`, until: state.opens };
}

/** What currently holds the rollout of a run, only from its folder. */
export async function heldNow(
  ports: Pick<Ports, "run" | "artifacts" | "clock">,
  { config }: Pick<RunRequest, "config">,
): Promise<Hold | null> {
  const waves = (await ports.artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? [];
  for (const { index, group } of waves) {
    const result = await ports.artifacts.get<WaveResult>(artifact.wave(index));
    if (result === null) return holdOf(ports, config, group);
  }
  return holdOf(ports, config, null);
}

async function pausesOf(ports: Pick<Ports, "artifacts">): Promise<readonly PauseEntry[]> {
  return (await ports.artifacts.get<readonly PauseEntry[]>(artifact.pauses)) ?? [];
}

/** Appends what a person said; false if nothing would change. */
export async function setPaused(ports: Pick<Ports, "artifacts">, entry: PauseEntry): Promise<boolean> {
  const entries = await pausesOf(ports);
  if ((entries.at(-1)?.paused ?? false) === entry.paused) return false;
  await ports.artifacts.put(artifact.pauses, [...entries, entry]);
  return true;
}

/** What the trail and the watcher were told last. */
interface Told {
  readonly pauses: number;
  readonly speeds: number;
  readonly held: string | null;
}

/** Tells the watcher, and writes what is new into the trail: what people said, and which window is being waited for. */
export async function noteHold(ports: Ports, hold: Hold | null): Promise<void> {
  ports.events.emit({ type: "held", text: hold?.text ?? null });
  await noteSaid(ports, hold === null || hold.kind === "paused" ? null : hold.text);
}

/** Writes into the trail who paused, resumed or set a speed since the last entry. `held`: the window being waited for; absent: unchanged. */
export async function noteSaid(ports: Pick<Ports, "run" | "artifacts" | "audit">, held?: string | null): Promise<void> {
  const told = (await ports.artifacts.get<Told>(artifact.hold)) ?? { pauses: 0, speeds: 0, held: null };
  const pauses = await pausesOf(ports);
  const speeds = await speedsOf(ports);
  const now: Told = { pauses: pauses.length, speeds: speeds.length, held: held === undefined ? told.held : held };
  if (now.pauses === told.pauses && now.speeds === told.speeds && now.held === told.held) return;
  await ports.artifacts.put(artifact.hold, now);
  const about = { subject: { kind: "run", name: ports.run }, digest: null };
  for (const { paused, by, at, reason } of pauses.slice(told.pauses)) {
    const action = paused ? "rollout.paused" : "rollout.continued";
    await ports.audit.append({ ...about, actor: by, action, details: { at, reason } });
  }
  for (const { percent, by, at } of speeds.slice(told.speeds))
    await ports.audit.append({ ...about, actor: by, action: "backfill.speed", details: { at, percent } });
  if (now.held !== null && now.held !== told.held)
    await ports.audit.append({ ...about, actor: "schema-gate", action: "rollout.held", details: { held: now.held } });
}

const POLL_MS = 500;

/**
 * Waits between two tenants while the rollout is held. Throws `Interrupted` when the run is asked to stop, when this process must end
 * first, and when the window is over.
 */
export async function untilFree(ports: Ports, config: Pick<Config, "rollout">, group: string | null): Promise<void> {
  for (let waited = false; ; waited = true) {
    const hold = await holdOf(ports, config, group);
    if (hold === null) {
      if (waited) ports.events.emit({ type: "held", text: null });
      return;
    }
    ports.events.emit({ type: "held", text: hold.text });
    if (ports.stop.aborted || ports.deadline !== null || hold.kind === "over") throw new Interrupted(hold.text);
    await ports.clock.sleep(POLL_MS, ports.stop);
  }
}
