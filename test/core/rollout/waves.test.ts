import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  planWaves,
  refuseUnknownGroups,
  WavePolicyError,
  type WaveTenant,
  wavePolicySchema,
} from "../../../lib/core/rollout/waves.js";

const fleet = (n: number, change: (index: number) => Partial<WaveTenant> = () => ({})): WaveTenant[] =>
  Array.from({ length: n }, (_, index) => ({
    id: `t${String(index).padStart(3, "0")}`,
    host: `h${index % 2}`,
    group: null,
    risk: 0,
    ...change(index),
  }));

const sizes = (tenants: readonly WaveTenant[], policy: Parameters<typeof planWaves>[1]) =>
  planWaves(tenants, policy).map((wave) => wave.tenants.length);

describe("waves", () => {
  it("begin with the canary and grow up to the largest", () => {
    expect(sizes(fleet(247), { canary: 1, growth: 3, maxWave: 100 })).toEqual([1, 3, 9, 27, 81, 100, 26]);
    expect(sizes(fleet(10), { canary: 2, growth: 1, maxWave: null })).toEqual([2, 2, 2, 2, 2]);
    expect(sizes(fleet(5), { canary: 9, growth: 2, maxWave: null })).toEqual([5]);
    expect(sizes(fleet(7), { canary: 5, growth: 2, maxWave: 3 })).toEqual([3, 2, 2]);
  });

  it("take the least risky first, and ids where the risk is the same", () => {
    const tenants = fleet(5, (index) => ({ risk: [0.2, 0.1, 0.3, 0.1, Number.NaN][index] ?? 0 }));
    const waves = planWaves(tenants, { canary: 1, growth: 2, maxWave: null });
    expect(waves.flatMap((wave) => wave.tenants)).toEqual(["t001", "t003", "t000", "t002", "t004"]);
    expect(waves.map((wave) => wave.name)).toEqual(["canary", "wave 2", "wave 3"]);
  });

  it("put the group that the policy names first, whatever its risk", () => {
    const tenants = fleet(6, (index) => (index > 3 ? { group: "internal", risk: 0.5 } : {}));
    const [canary, ...rest] = planWaves(tenants, { canary: "internal", growth: 2, maxWave: null });
    expect(canary?.tenants).toEqual(["t004", "t005"]);
    expect(rest.map((wave) => wave.tenants.length)).toEqual([4]);
  });

  it("go through the groups in their order, and never mix them", () => {
    const group = (index: number) => ({ group: index < 3 ? "us" : index < 7 ? "eu" : null });
    const groups = [{ name: "eu", window: "Sat 02:00-05:00 Europe/Berlin" }, { name: "us" }];
    const waves = planWaves(fleet(9, group), { canary: 1, growth: 2, maxWave: null, groups });
    expect(waves.map((wave) => [wave.name, wave.group, wave.tenants])).toEqual([
      ["canary (eu)", "eu", ["t003"]],
      ["wave 2 (eu)", "eu", ["t004", "t005"]],
      ["wave 3 (eu)", "eu", ["t006"]],
      ["wave 4 (us)", "us", ["t000", "t001", "t002"]],
      ["wave 5", null, ["t007", "t008"]],
    ]);
  });

  it("let one tenant go first where the canary group has the release already", () => {
    const waves = planWaves(fleet(4), { canary: "internal", growth: 2, maxWave: null });
    expect(waves.map((wave) => wave.tenants.length)).toEqual([1, 2, 1]);
  });

  it("refuse a group that nobody is in", () => {
    const tenants = fleet(4, (index) => ({ group: index % 2 ? "g1" : "g2" }));
    const policy = { canary: 1, growth: 2, maxWave: null };
    expect(() => refuseUnknownGroups(tenants, { ...policy, canary: "gold" })).toThrow(
      "the canary group gold has no tenant; the groups are g1, g2",
    );
    expect(() => refuseUnknownGroups(tenants, { ...policy, groups: [{ name: "eu" }] })).toThrow(
      "the group eu of rollout.groups has no tenant; the groups are g1, g2",
    );
    expect(() => refuseUnknownGroups(fleet(1), { ...policy, groups: [{ name: "eu" }] })).toThrow(
      "no tenant has a group",
    );
    expect(() => refuseUnknownGroups(tenants, { ...policy, groups: [{ name: "g2" }] })).not.toThrow();
  });

  it("say which tenants share a host", () => {
    expect(planWaves(fleet(4), { canary: 4, growth: 1, maxWave: null })[0]?.hosts).toEqual([
      { host: "h0", tenants: ["t000", "t002"] },
      { host: "h1", tenants: ["t001", "t003"] },
    ]);
  });

  it("hold every tenant exactly once, none empty, none larger than allowed, whatever the order of the input", () => {
    const tenants = fc.uniqueArray(
      fc.record({
        id: fc.string(),
        host: fc.constantFrom("a", "b"),
        group: fc.constantFrom(null, "g"),
        risk: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { selector: (tenant) => tenant.id, maxLength: 60 },
    );
    const policy = fc.record({
      canary: fc.integer({ min: 1, max: 8 }),
      growth: fc.double({ min: 1, max: 5, noNaN: true }),
      maxWave: fc.option(fc.integer({ min: 1, max: 20 })),
    });
    fc.assert(
      fc.property(tenants, policy, (some, rule) => {
        const waves = planWaves(some, rule);
        expect(waves.flatMap((wave) => wave.tenants).sort()).toEqual(some.map((tenant) => tenant.id).sort());
        for (const wave of waves) {
          expect(wave.tenants.length).toBeGreaterThan(0);
          expect(wave.tenants.length).toBeLessThanOrEqual(rule.maxWave ?? some.length);
          expect(wave.hosts.flatMap((host) => host.tenants).sort()).toEqual([...wave.tenants].sort());
        }
        expect(planWaves(some.toReversed(), rule).map((wave) => wave.tenants)).toEqual(
          waves.map((wave) => wave.tenants),
        );
      }),
    );
  });

  it.each([
    [{ canary: 0, growth: 2, maxWave: null }, "at least 1 tenant"],
    [{ canary: 1, growth: 0.5, maxWave: null }, "cannot shrink"],
    [{ canary: 1, growth: 2, maxWave: 0 }, "at least 1 tenant"],
    [{ canary: 1, growth: 2, maxWave: null, groups: [{ name: "a" }, { name: "a" }] }, "a is listed twice"],
    [{ canary: 1, growth: 2, maxWave: null, groups: [{ name: "a", window: "Sat" }] }, "expected a window such as"],
  ])("refuse %o", (policy, message) => {
    const tenants = fleet(4, (index) => ({ group: index % 2 ? "g1" : "g2" }));
    expect(() => planWaves(tenants, policy)).toThrow(WavePolicyError);
    expect(() => planWaves(tenants, policy)).toThrow(message);
  });

  it("refuse a tenant that is listed twice", () => {
    expect(() => planWaves([...fleet(2), ...fleet(1)], wavePolicySchema.parse({}))).toThrow("t000 is listed twice");
  });
});
