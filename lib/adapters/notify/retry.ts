import type { Clock } from "../../ports/clock.js";

/** One try at sending: done, hopeless, or worth another try, perhaps only after some milliseconds. */
export type Try =
  | { readonly kind: "sent" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string; readonly afterMs?: number };

const PAUSES_MS = [1_000, 4_000];
const LONGEST_PAUSE_MS = 30_000;

/** Tries at most three times. Null if it was sent, else the last reason and the number of tries. */
export async function persist(clock: Pick<Clock, "sleep">, send: () => Promise<Try>): Promise<string | null> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await send();
    if (outcome.kind === "sent") return null;
    if (outcome.kind === "refused") return outcome.reason;
    const pause = PAUSES_MS[tries - 1];
    if (pause === undefined) return `${outcome.reason} (tried ${tries} times)`;
    await clock.sleep(Math.min(LONGEST_PAUSE_MS, Math.max(pause, outcome.afterMs ?? 0)));
  }
}
