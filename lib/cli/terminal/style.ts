import pc from "picocolors";
import type { Io } from "../io.js";

export type Style = ReturnType<typeof pc.createColors>;

/** Colours for standard output: none if it is not a terminal or NO_COLOR is set. */
export function styleFor(io: Io): Style {
  return pc.createColors(io.colour);
}

/** Milliseconds for a person: `340 ms`, `2.4 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
