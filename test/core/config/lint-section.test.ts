import { describe, expect, it } from "vitest";
import { configSchema } from "../../../lib/core/config/config.js";
import { configWaivers } from "../../../lib/core/lint/config-waivers.js";

const parse = (lint: unknown) =>
  configSchema.safeParse({ migrations: "m", registry: { file: "t.csv" }, staging: { mode: "same host" }, lint });

const WAIVER = { rule: "SG045", reason: "forty rows", expires: "2026-12-31" };

describe("the lint section of the config", () => {
  it("is part of the one schema, and may be left out", () => {
    expect(parse(undefined).data?.lint).toEqual({
      waivers: [],
      rules: [],
      lockTimeoutSet: false,
      schemaPerTenant: false,
    });
    const { data } = parse({ waivers: [WAIVER], rules: ["own.ts"], postgres: { from: 14, to: 17 } });
    expect(data && configWaivers(data.lint)).toEqual([{ rule: "SG045", reason: "forty rows", until: "2026-12-31" }]);
  });

  it.each([
    ["a misspelt key", { waiver: [] }],
    ["a waiver without a last day", { waivers: [{ rule: "SG045", reason: "x" }] }],
    ["a waiver without a reason", { waivers: [{ ...WAIVER, reason: "" }] }],
    ["a waiver whose reason is blank", { waivers: [{ ...WAIVER, reason: " \t" }] }],
    ["a day that there is not", { waivers: [{ ...WAIVER, expires: "2026-02-30" }] }],
    ["versions in the wrong order", { postgres: { from: 17, to: 14 } }],
  ])("refuses %s", (_, lint) => {
    expect(parse(lint).success).toBe(false);
  });
});
