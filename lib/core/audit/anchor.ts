import { z } from "zod";
import type { Finding } from "../finding.js";
import { canonicalJson } from "../json.js";
import type { AuditEvent } from "./chain.js";
import { auditFinding } from "./problem.js";

const anchorSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal("schema-gate-anchor"),
  run: z.string(),
  events: z.int().positive(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A trail's position, in a line that is kept where nobody who can write to the run's folder can change it. */
export type Anchor = z.infer<typeof anchorSchema>;

/** Throws `RangeError` for a trail without events. */
export function anchorOf(run: string, events: readonly AuditEvent[]): Anchor {
  const last = events.at(-1);
  if (last === undefined) throw new RangeError("a trail without an event has no head");
  return { format: 1, kind: "schema-gate-anchor", run, events: last.seq + 1, head: last.hash };
}

export function anchorLine(anchor: Anchor): string {
  return canonicalJson(anchor);
}

/** The first anchor in a text, whatever a tag or a log put around it; null when there is none. */
export function readAnchor(text: string): Anchor | null {
  for (const [found] of text.matchAll(/\{[^{}]*"schema-gate-anchor"[^{}]*\}/g)) {
    try {
      return anchorSchema.parse(JSON.parse(found));
    } catch {
      // Another line may contain one.
    }
  }
  return null;
}

/** How a trail contradicts its position at the time of anchoring. It may have grown since. */
export function againstAnchor(run: string, events: readonly AuditEvent[], anchor: Anchor): readonly Finding[] {
  if (anchor.run !== run)
    return [auditFinding("audit.other-run", 1, `The anchor is of run ${anchor.run}, the trail of run ${run}.`)];
  const there = events[anchor.events - 1];
  if (there?.hash === anchor.head) return [];
  const message =
    there === undefined
      ? `The trail had ${anchor.events} events when it was anchored and has ${events.length}: an older state was restored.`
      : `Event ${there.seq} is not the one that stood there when the trail was anchored: it was rewritten.`;
  return [auditFinding("audit.not-anchored", Math.min(anchor.events, events.length), message)];
}
