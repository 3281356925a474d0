import type { Verdict } from "../risk/thresholds.js";

/** How many people must approve; null when nobody can. `several` is the config's quorum for risky releases. */
export function approvalsNeeded(verdict: Verdict, several: number): number | null {
  switch (verdict) {
    case "pass":
      return 0;
    case "ask":
      return 1;
    case "quorum":
      return Math.max(2, several);
    case "blocked":
      return null;
  }
}
