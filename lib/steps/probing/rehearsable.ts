import type { ProbeQuery } from "../../core/probes/index.js";

/**
 * Whether running the release on a clone answers what a probe asks: it does of rows that the release would meet, and not of free disk, of
 * other sessions, or of rows that contradict what is there already.
 */
export function isRehearsable({ code, existing, primary }: Pick<ProbeQuery, "code" | "existing" | "primary">): boolean {
  return !existing && !primary && code !== "probe.free-space";
}
