import type { Finding } from "../finding.js";
import type { RiskScore } from "./score.js";
import { scoreText } from "./score-text.js";
import type { Thresholds } from "./thresholds.js";

/** Factors named in the message; the score lists all of them. */
const MOST_FACTORS = 3;

/** What blocks a release that no gate refuses: the factors together. `risk` is one with the verdict `blocked`. */
export function tooRisky({ fleet, factors }: RiskScore, { block }: Thresholds): Finding {
  const largest = factors
    .filter(({ value }) => value > 0)
    .slice(0, MOST_FACTORS)
    .map(({ name, value, reason }) => `${name} ${scoreText(value)} (${reason})`);
  return {
    code: "score.blocked",
    gate: "score",
    severity: "error",
    subject: { kind: "release", name: "release" },
    message: `The risk is ${scoreText(fleet)}, and from ${scoreText(block)} on releases are blocked. Largest factors: ${largest.join("; ")}.`,
    remedy: {
      text: "Reduce the largest factors: split the release, or take the steps that schema-gate rewrite offers for its long locks. thresholds.block in the config sets the limit.",
    },
  };
}
