import { describe, expect, it } from "vitest";
import { configSchema } from "../../../lib/core/config/config.js";
import type { LossAcceptance } from "../../../lib/core/rollback/loss-acceptance.js";
import { parseSize, sizeText } from "../../../lib/core/size.js";
import type { ProvedRollback } from "../../../lib/steps/proof/proof.js";
import { isLossAccepted, rollbackFindings } from "../../../lib/steps/proof/rollback-findings.js";

const stuck: ProvedRollback = {
  version: "2",
  name: "m2",
  verdict: "none",
  candidate: null,
  losses: [],
  differences: ["There is no way back to try."],
  kept: null,
  behind: null,
  trials: [],
};
const large: ProvedRollback = { ...stuck, kept: { bytes: 3 * 2 ** 30, tooLarge: true } };
const behind: ProvedRollback = { ...stuck, version: "1", name: "m1", behind: "2" };
const acceptance: LossAcceptance = { code: "rollback.impossible", migration: "2", reason: "it is empty", expires: 10 };

describe("a migration without a way back", () => {
  it("blocks, with the line that accepts it", () => {
    const [finding] = rollbackFindings([stuck], { list: [], now: 0 });
    expect(finding).toMatchObject({ code: "rollback.impossible", severity: "error" });
    expect(finding?.remedy?.text).toContain('{"code":"rollback.impossible","migration":"2"');
    const [size] = rollbackFindings([large], { list: [], now: 0 });
    expect(size).toMatchObject({ code: "rollback.kept-too-large", severity: "error" });
    expect(size?.message).toContain("at least 3 GB");
  });

  it("runs when its very code is accepted for this migration, and so do those that it puts out of reach", () => {
    const both = [behind, stuck];
    const held = { list: [acceptance], now: 9 };
    expect(rollbackFindings(both, held).map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(both.every((each) => isLossAccepted(each, both, held))).toBe(true);
    for (const list of [
      [{ ...acceptance, code: "rollback.kept-too-large" as const }],
      [{ ...acceptance, migration: "1" }],
    ]) {
      expect(rollbackFindings(both, { list, now: 9 }).map(({ severity }) => severity)).toEqual(["error", "error"]);
    }
  });

  it("blocks again when the acceptance has expired", () => {
    const [finding] = rollbackFindings([stuck], { list: [acceptance], now: 10 });
    expect(finding?.severity).toBe("error");
    expect(finding?.message).toContain("acceptance of this loss has expired");
  });
});

describe("its part of the config", () => {
  const config = (rollback: object) =>
    configSchema.safeParse({ migrations: "m", registry: { file: "t" }, staging: { mode: "same host" }, rollback });

  it("takes sizes in PostgreSQL's units, and accepts only what can be accepted", () => {
    const { expires: _, ...entry } = acceptance;
    const accept = [{ ...entry, expires: "2030-01-01" }];
    expect(config({ keepLimit: "512MB", accept }).success).toBe(true);
    expect(config({ keepLimit: "much" }).error?.message).toContain("expected a size");
    expect(config({ accept: [{ ...accept[0], code: "probe.unique" }] }).success).toBe(false);
    expect(config({ accept: [{ ...accept[0], migration: undefined }] }).success).toBe(false);
    expect([parseSize("1GB"), parseSize("1.5 kB"), parseSize("0"), parseSize("5"), parseSize("1XB")]).toEqual([
      2 ** 30,
      1536,
      0,
      null,
      null,
    ]);
    expect([sizeText(10), sizeText(1536), sizeText(2 ** 31)]).toEqual(["0.1 kB", "1.5 kB", "2 GB"]);
  });
});
