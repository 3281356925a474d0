import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOCK_MODES } from "../../../lib/core/postgres/lock-modes.js";
import { FACTOR_NAMES } from "../../../lib/core/risk/factors.js";
import type { ClusterRisk, RiskInput, RollbackResult, TenantRisk } from "../../../lib/core/risk/input.js";
import { scoreRisk } from "../../../lib/core/risk/score.js";
import { DEFAULT_THRESHOLDS, thresholdsSchema } from "../../../lib/core/risk/thresholds.js";
import { LOCK_WEIGHT, noisyOr, ROLLBACK_WEIGHT } from "../../../lib/core/risk/weights.js";
import { cleanRelease, finding, oneDatabase, tenant } from "./inputs.js";
import { OUTAGES } from "./outages.js";

describe("the risk of everyday releases", () => {
  it("is about 0.03 for a clean release over a fleet with two drifted tenants", () => {
    const risk = scoreRisk(cleanRelease());
    expect(risk.fleet).toBeGreaterThan(0.025);
    expect(risk.fleet).toBeLessThan(0.04);
    expect(risk.verdict).toBe("ask");
    expect(Object.keys(risk.tenants)).toHaveLength(247);
  });

  it("is the product that the page explains: the shown factors give the shown score", () => {
    const { fleet, factors } = scoreRisk(cleanRelease());
    expect(factors.map((factor) => factor.name).sort()).toEqual([...FACTOR_NAMES].sort());
    expect(noisyOr(factors.map((factor) => factor.value))).toBeCloseTo(fleet, 3);
    for (const factor of factors) expect(factor.reason).not.toBe("");
  });

  it("gives no tenant a higher score than its fleet, and the drifted ones the highest", () => {
    const risk = scoreRisk(cleanRelease());
    expect(Math.max(...Object.values(risk.tenants))).toBeLessThanOrEqual(risk.fleet);
    expect(risk.tenants["042-prod"]).toBeGreaterThan(risk.tenants["159-legacy"] ?? 1);
    expect(risk.tenants["159-legacy"]).toBeGreaterThan(risk.tenants.t0 ?? 1);
  });
});

describe("known outages", () => {
  it("are a dozen or more", () => expect(OUTAGES.length).toBeGreaterThanOrEqual(12));

  it.each(OUTAGES)("$name", ({ input }) => {
    const risk = scoreRisk(input);
    expect(risk.fleet).toBeGreaterThanOrEqual(DEFAULT_THRESHOLDS.block);
    expect(risk.verdict).toBe("blocked");
  });

  it("would have passed with what prevents them: a short lock_timeout behind the same long read", () => {
    const safe = oneDatabase({
      input: { lockTimeoutMs: 100 },
      cluster: { locks: [{ table: "parent", mode: "AccessExclusiveLock", holdMs: 1 }] },
      tenant: { longestTransactionMs: 15_000, traffic: null },
    });
    expect(scoreRisk(safe).verdict).toBe("ask");
  });
});

describe("what blocks whatever the score", () => {
  it("an error finding of any gate, also for a tenant that never became part of the input", () => {
    const risk = scoreRisk(cleanRelease({ findings: [finding("error", { gate: "introspect", tenants: ["gone"] })] }));
    expect(risk.verdict).toBe("blocked");
    expect(risk.fleet).toBeGreaterThan(DEFAULT_THRESHOLDS.block);
  });

  it("an error finding under thresholds that let everything pass", () => {
    const thresholds = thresholdsSchema.parse({ ask: 1, quorum: 1, block: 1 });
    expect(scoreRisk(cleanRelease({ findings: [finding("error")] }), thresholds).verdict).toBe("blocked");
  });

  it("what is unknown: an empty fleet, a missing cluster, a hold without a prediction, a number that is none", () => {
    const unknown: RiskInput[] = [
      cleanRelease({ tenants: [] }),
      cleanRelease({ tenants: [tenant("lost", "no such cluster")] }),
      oneDatabase({ cluster: { locks: [{ table: "t", mode: "ShareLock", holdMs: null }] } }),
      oneDatabase({ cluster: { locks: [{ table: "t", mode: "ShareLock", holdMs: Number.NaN }] } }),
      oneDatabase({ cluster: { rewrites: [{ table: "t", bytes: null }] } }),
      oneDatabase({ tenant: { probesUnknown: 1 } }),
      oneDatabase({ tenant: { probeHits: Number.NaN } }),
      oneDatabase({ input: { statements: Number.NaN } }),
    ];
    for (const input of unknown) expect(scoreRisk(input).verdict).toBe("blocked");
  });
});

describe("thresholds", () => {
  it.each([
    [{ ask: 0.5, quorum: 0.4, block: 0.7 }, "in order"],
    [{ ask: 0, quorum: 0.8, block: 0.7 }, "in order"],
    [{ ask: 0, quorum: 0, block: 0 }, "refuses every release"],
    [{ ask: -1 }, ">=0"],
    [{ ask: 0, limit: 1 }, "limit"],
  ])("refuse %o", (given, message) => {
    expect(thresholdsSchema.safeParse(given).error?.message).toContain(message);
  });

  it("put a score on the line to the stricter side", () => {
    const { fleet } = scoreRisk(cleanRelease());
    expect(scoreRisk(cleanRelease(), { ask: fleet, quorum: 0.4, block: 0.7 }).verdict).toBe("ask");
    expect(scoreRisk(cleanRelease(), { ask: fleet + 0.01, quorum: 0.4, block: 0.7 }).verdict).toBe("pass");
    expect(scoreRisk(cleanRelease(), { ask: 0, quorum: fleet, block: 0.7 }).verdict).toBe("quorum");
    expect(scoreRisk(cleanRelease(), { ask: 0, quorum: 0, block: fleet }).verdict).toBe("blocked");
  });
});

const BY_WEIGHT = {
  modes: [...LOCK_MODES].sort((a, b) => LOCK_WEIGHT[a] - LOCK_WEIGHT[b]),
  ledgers: (Object.keys(ROLLBACK_WEIGHT) as RollbackResult[]).sort((a, b) => ROLLBACK_WEIGHT[a] - ROLLBACK_WEIGHT[b]),
};

const small = fc.nat({ max: 3 });
const milliseconds = fc.double({ min: 0, max: 1e5, noNaN: true });
const lock = fc.record({
  table: fc.constantFrom("a", "b"),
  mode: fc.constantFrom(...LOCK_MODES),
  holdMs: fc.option(milliseconds),
});
const aCluster: fc.Arbitrary<ClusterRisk> = fc.record({
  id: fc.constantFrom("one", "two", "three"),
  proved: fc.boolean(),
  locks: fc.array(lock, { maxLength: 3 }),
  rewrites: fc.array(fc.record({ table: fc.constant("a"), bytes: fc.nat({ max: 2 ** 30 }) }), { maxLength: 2 }),
  rollback: fc.constantFrom(...BY_WEIGHT.ledgers),
  drift: fc.record({ healed: small, remaining: small, breaking: small }),
});
const aTenant: fc.Arbitrary<TenantRisk> = fc.record({
  id: fc.string({ minLength: 1 }),
  cluster: fc.constantFrom("one", "two", "three", "none"),
  traffic: fc.option(fc.nat({ max: 5000 })),
  longestTransactionMs: milliseconds,
  probeHits: small,
  probesUnknown: small,
});
const anInput: fc.Arbitrary<RiskInput> = fc.record({
  findings: fc.array(fc.constantFrom(finding("note"), finding("warning"), finding("warning", { gate: "rollback" })), {
    maxLength: 4,
  }),
  statements: fc.nat({ max: 20 }),
  opaque: small,
  accepted: small,
  dryRunAgeMs: fc.option(fc.nat({ max: 1e9 })),
  lockTimeoutMs: fc.constantFrom(0, 100, 2000),
  clusters: fc.uniqueArray(aCluster, { selector: (one) => one.id, minLength: 1 }),
  tenants: fc.uniqueArray(aTenant, { selector: (one) => one.id, minLength: 1, maxLength: 4 }),
});

type Worsening = (input: RiskInput, by: number) => RiskInput;
const next = <T>(ordered: readonly T[], item: T): T =>
  ordered[Math.min(ordered.length - 1, ordered.indexOf(item) + 1)] ?? item;
const eachCluster =
  (change: (one: ClusterRisk, by: number) => Partial<ClusterRisk>): Worsening =>
  (input, by) => ({
    ...input,
    clusters: input.clusters.map((one, index) => (index === 0 ? { ...one, ...change(one, by) } : one)),
  });
const eachTenant =
  (change: (one: TenantRisk, by: number) => Partial<TenantRisk>): Worsening =>
  (input, by) => ({
    ...input,
    tenants: input.tenants.map((one, index) => (index === 0 ? { ...one, ...change(one, by) } : one)),
  });

const WORSENINGS: Readonly<Record<string, Worsening>> = {
  "one more warning": (input) => ({ ...input, findings: [...input.findings, finding("warning")] }),
  "one more error": (input) => ({ ...input, findings: [...input.findings, finding("error")] }),
  ...Object.fromEntries(
    (["error", "warning", "note"] as const).flatMap((severity) =>
      ["queries.breaks", "queries.retyped"].map((code): [string, Worsening] => [
        `one more ${code} that is a ${severity}`,
        (input) => ({ ...input, findings: [...input.findings, finding(severity, { code, gate: "queries" })] }),
      ]),
    ),
  ),
  "one more statement": (input) => ({ ...input, statements: input.statements + 1 }),
  "one more opaque piece": (input) => ({ ...input, opaque: input.opaque + 1 }),
  "one more accepted piece": (input) => ({ ...input, accepted: input.accepted + 1 }),
  "an older dry run": (input, by) => ({
    ...input,
    dryRunAgeMs: input.dryRunAgeMs === null ? null : input.dryRunAgeMs + by,
  }),
  "no dry run": (input) => ({ ...input, dryRunAgeMs: null }),
  "no limit on the wait": (input) => ({ ...input, lockTimeoutMs: 0 }),
  "a proof less": eachCluster(() => ({ proved: false })),
  "longer holds": eachCluster((one, by) => ({
    locks: one.locks.map((held) => ({ ...held, holdMs: held.holdMs === null ? null : held.holdMs + by })),
  })),
  "holds unknown": eachCluster((one) => ({ locks: one.locks.map((held) => ({ ...held, holdMs: null })) })),
  "stronger locks": eachCluster((one) => ({
    locks: one.locks.map((held) => ({ ...held, mode: next(BY_WEIGHT.modes, held.mode) })),
  })),
  "one more lock": eachCluster((one) => ({
    locks: [...one.locks, { table: "c", mode: "AccessExclusiveLock", holdMs: 1 }],
  })),
  "more to rewrite": eachCluster((one, by) => ({ rewrites: [...one.rewrites, { table: "b", bytes: by }] })),
  "a worse way back": eachCluster((one) => ({ rollback: next(BY_WEIGHT.ledgers, one.rollback) })),
  "more drift": eachCluster(({ drift }) => ({
    drift: { healed: drift.healed + 1, remaining: drift.remaining + 1, breaking: drift.breaking + 1 },
  })),
  "a cluster lost": eachTenant(() => ({ cluster: "none" })),
  "more traffic": eachTenant((one, by) => ({ traffic: one.traffic === null ? null : one.traffic + by })),
  "longer transactions": eachTenant((one, by) => ({ longestTransactionMs: one.longestTransactionMs + by })),
  "more hits": eachTenant((one, by) => ({ probeHits: one.probeHits + by })),
  "one probe more without an answer": eachTenant((one) => ({ probesUnknown: one.probesUnknown + 1 })),
};

const SEVERITY = ["pass", "ask", "quorum", "blocked"];

describe("laws of the score", () => {
  it.each(Object.entries(WORSENINGS))("%s never lowers it", (_, worsen) => {
    fc.assert(
      fc.property(anInput, fc.nat({ max: 1e6 }), (input, by) => {
        const before = scoreRisk(input);
        const after = scoreRisk(worsen(input, by));
        expect(after.fleet).toBeGreaterThanOrEqual(before.fleet);
        expect(SEVERITY.indexOf(after.verdict)).toBeGreaterThanOrEqual(SEVERITY.indexOf(before.verdict));
        for (const [id, score] of Object.entries(before.tenants))
          expect(after.tenants[id]).toBeGreaterThanOrEqual(score);
      }),
    );
  });

  it("lies in 0…1, is no lower than any tenant's, and is the same for the same input", () => {
    fc.assert(
      fc.property(anInput, (input) => {
        const risk = scoreRisk(input);
        expect(risk.fleet).toBeGreaterThanOrEqual(Math.max(...Object.values(risk.tenants)));
        expect(risk.fleet).toBeLessThanOrEqual(1);
        expect(Math.min(...Object.values(risk.tenants))).toBeGreaterThanOrEqual(0);
        expect(scoreRisk(structuredClone(input))).toEqual(risk);
      }),
    );
  });
});
