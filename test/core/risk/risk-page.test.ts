import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scoreRisk } from "../../../lib/core/risk/score.js";
import { DEFAULT_THRESHOLDS } from "../../../lib/core/risk/thresholds.js";
import { LOCK_WEIGHT, ROLLBACK_WEIGHT, WEIGHTS } from "../../../lib/core/risk/weights.js";
import { EVERYDAY } from "./everyday.js";
import { OUTAGES } from "./outages.js";

const page = unpadded(readFileSync(new URL("../../../docs/risk.md", import.meta.url), "utf8"));

/** The formatter widens the cells of a table; what they say is the same. */
function unpadded(markdown: string): string {
  return markdown.replace(/ +/g, " ").replace(/-{3,}/g, "--");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "--")), ...rows.map(line)].join("\n");
}

function largest(input: Parameters<typeof scoreRisk>[0]): string {
  const { factors } = scoreRisk(input);
  const told = factors.filter((factor) => factor.value >= 0.05).map((f) => `${f.name} ${f.value.toFixed(2)}`);
  return told.join(", ") || "none above 0.05";
}

const score = (input: Parameters<typeof scoreRisk>[0]) => scoreRisk(input).fleet.toFixed(2);

/** The tables of docs/risk.md are made from the code; a failure prints what to paste there. */
describe("docs/risk.md", () => {
  it("has the outages with their scores of today", () => {
    const rows = OUTAGES.map((outage) => [
      `[${outage.name}](${outage.source})`,
      score(outage.input),
      largest(outage.input),
    ]);
    expect(page).toContain(table(["outage", "score", "because of"], rows));
  });

  it("has the everyday releases with their scores of today", () => {
    const rows = EVERYDAY.map((one) => [one.name, score(one.input), largest(one.input)]);
    expect(page).toContain(table(["release", "score", "because of"], rows));
  });

  it("has the weights of today", () => {
    const percent = (weight: number) => String(weight);
    const rows = [
      ["each finding that blocks", percent(WEIGHTS.blocking)],
      ["rows in the way, and each probe without an answer", percent(WEIGHTS.probeHit)],
      ["each difference that breaks the release", percent(WEIGHTS.breakingDifference)],
      ["each difference that the release leaves", percent(WEIGHTS.remainingDifference)],
      ["each difference that the release heals", percent(WEIGHTS.healedDifference)],
      ...Object.entries(ROLLBACK_WEIGHT).map(([standing, weight]) => [`way back: ${standing}`, percent(weight)]),
      ["no proof on a clone", `${WEIGHTS.unproved}, up to 1 with the share of the fleet`],
      ["each piece that was not understood", percent(WEIGHTS.opaque)],
      ["each piece accepted unread", percent(WEIGHTS.accepted)],
      ["each lint error", percent(WEIGHTS.lint.error)],
      ["each lint warning", percent(WEIGHTS.lint.warning)],
      ["each warning of another gate", percent(WEIGHTS.warning)],
      ["each query of the application that breaks", percent(WEIGHTS.brokenQuery)],
      ["each query that breaks and that the config accepts", percent(WEIGHTS.acceptedQuery)],
      ["each query with other columns or a slower plan", percent(WEIGHTS.changedQuery)],
      ["no dry run", percent(WEIGHTS.ageCeiling)],
      ["each statement", percent(WEIGHTS.statement)],
    ];
    expect(page).toContain(table(["what", "risk"], rows));
    const modes = Object.entries(LOCK_WEIGHT).map(([mode, weight]) => [mode, String(weight)]);
    expect(page).toContain(table(["lock mode", "share of the traffic that it stops"], modes));
  });
});

describe("everyday releases", () => {
  it.each(EVERYDAY)("$name: nobody is stopped, and no crowd is called", ({ input }) => {
    expect(scoreRisk(input).fleet).toBeLessThan(DEFAULT_THRESHOLDS.quorum);
  });
});
