import { z } from "zod";

export const DEFAULT_THRESHOLDS = { ask: 0, quorum: 0.4, block: 0.7 } as const;

const line = z.number().min(0).max(1);

/** The scores from which a person is asked, from which several are, and from which nobody is because it is refused. */
export const thresholdsSchema = z
  .strictObject({
    ask: line.default(DEFAULT_THRESHOLDS.ask),
    quorum: line.default(DEFAULT_THRESHOLDS.quorum),
    block: line.default(DEFAULT_THRESHOLDS.block),
  })
  .refine((t) => t.ask <= t.quorum && t.quorum <= t.block, {
    error: "the thresholds must be in order: ask ≤ quorum ≤ block",
  })
  .refine((t) => t.block > 0, { error: "a block line of 0 refuses every release" });

export type Thresholds = z.infer<typeof thresholdsSchema>;

export type Verdict = "pass" | "ask" | "quorum" | "blocked";

/** A score exactly on a threshold belongs to the stricter side. What is not a number is blocked. */
export function verdictOf(score: number, thresholds: Thresholds): Verdict {
  if (score < thresholds.ask) return "pass";
  if (score < thresholds.quorum) return "ask";
  if (score < thresholds.block) return "quorum";
  return "blocked";
}
