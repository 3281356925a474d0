import type { Config } from "../../core/config/config.js";
import { windowOf } from "../../core/rollout/groups.js";
import { momentText, windowState } from "../../core/rollout/window.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import { artifact, type RunRequest, type WavePlan, type WaveResult } from "../run/records.js";
import type { PauseEntry } from "../run/said.js";

/** Why the rollout begins no other tenant for now. */
export interface Hold {
  readonly kind: "paused" | "window" | "over";
  /** One clause, for a person. */
  readonly text: string;
  /** When it ends by itself, in milliseconds since the epoch; null: a person must end it. */
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

/** What holds the rollout of a run where it stands, from its folder alone. */
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

/** Appends what a person said; false when it is so already. */
export async function setPaused(ports: Pick<Ports, "artifacts">, entry: PauseEntry): Promise<boolean> {
  const entries = await pausesOf(ports);
  if ((entries.at(-1)?.paused ?? false) === entry.paused) return false;
  await ports.artifacts.put(artifact.pauses, [...entries, entry]);
  return true;
}

/** What the trail and the watcher were told last. */
interface Told {
  readonly pauses: number;
  readonly held: string | null;
}

/** Writes into the trail what is new: who paused and let go on, and which window is waited for. */
export async function noteHold(ports: Ports, hold: Hold | null): Promise<void> {
  const told = (await ports.artifacts.get<Told>(artifact.hold)) ?? { pauses: 0, held: null };
  const pauses = await pausesOf(ports);
  const held = hold === null || hold.kind === "paused" ? null : hold.text;
  ports.events.emit({ type: "held", text: hold?.text ?? null });
  if (pauses.length === told.pauses && held === told.held) return;
  await ports.artifacts.put(artifact.hold, { pauses: pauses.length, held } satisfies Told);
  const subject = { kind: "run", name: ports.run };
  for (const { paused, by, at, reason } of pauses.slice(told.pauses))
    await ports.audit.append({
      actor: by,
      action: paused ? "rollout.paused" : "rollout.continued",
      subject,
      digest: null,
      details: { at, reason },
    });
  if (held !== null && held !== told.held)
    await ports.audit.append({
      actor: "schema-gate",
      action: "rollout.held",
      subject,
      digest: null,
      details: { held },
    });
}

const POLL_MS = 500;

/**
 * Waits between two tenants for as long as the rollout is held. Throws `Interrupted` when the run is asked to stop, when this
 * process must end first, and when the window is over.
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
