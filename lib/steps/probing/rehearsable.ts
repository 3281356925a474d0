import type { ProbeQuery } from "../../core/probes/index.js";

/**
 * Whether running the release on a clone answers a probe's question: yes for rows that the release would meet; no for free disk, other
 * sessions, or rows that contradict what already exists.
 */
export function isRehearsable({ code, existing, primary }: Pick<ProbeQuery, "code" | "existing" | "primary">): boolean {
  return !existing && !primary && code !== "probe.free-space";
}
