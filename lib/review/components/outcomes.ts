import type { Evidence } from "../../core/evidence/evidence.js";

export type Headline = readonly [string, "good" | "warn" | "bad"];

/** How a run ended, in a word. */
export const OUTCOMES: Readonly<Record<Evidence["verdict"]["status"], Headline>> = {
  passed: ["Passed", "good"],
  waiting: ["Waiting for a decision", "warn"],
  "rolled back": ["Rolled back", "warn"],
  blocked: ["Blocked", "bad"],
  rejected: ["Rejected", "bad"],
  expired: ["Expired without a decision", "bad"],
  halted: ["Halted", "bad"],
  failed: ["Failed", "bad"],
};
