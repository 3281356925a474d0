import type { Finding } from "../finding.js";

/** A finding about the release itself, from when the release is loaded. */
export function releaseFinding(fields: Omit<Finding, "gate">): Finding {
  return { gate: "load", ...fields };
}
