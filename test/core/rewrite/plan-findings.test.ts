import { describe, expect, it } from "vitest";
import { type PlanStep, planComment, planStepOf } from "../../../lib/core/migration/plan-step.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { planFindings, unexaminedContracts } from "../../../lib/core/rewrite/plan-findings.js";

const step = (number: number, phase: PlanStep["phase"], condition: string | null = null): PlanStep => ({
  plan: "0001_drop",
  number,
  of: 3,
  phase,
  condition,
});
const CONTRACT = step(3, "contract", "nothing reads orders.code");

async function migrationsOf(...steps: readonly PlanStep[]) {
  const files = steps.map((each) => ({
    path: `000${each.number}_drop.sql`,
    bytes: Buffer.from(`${planComment(each)}\nSELECT ${each.number};\n`),
  }));
  return (await readRelease(files, { convention: "sqlx" })).migrations;
}

const NOW = Date.parse("2026-11-29");

async function codes(pending: readonly number[], more: Partial<Parameters<typeof planFindings>[0]> = {}) {
  const all = await migrationsOf(step(1, "expand"), step(2, "backfill"), CONTRACT);
  const versions = pending.map((number) => all[number - 1]?.version ?? "");
  const clusters = [{ pending: versions, tenants: ["a"] }];
  return planFindings({ all, clusters, queriesExamined: false, met: [], now: NOW, ...more }).map(({ code }) => code);
}

async function met(expires: string) {
  const [migration] = await migrationsOf(CONTRACT);
  return [{ migration: migration?.version ?? "", reason: "looked", expires: Date.parse(expires) }];
}

describe("a contract step", () => {
  it("blocks while nothing tells whether its condition holds", async () => {
    expect(await codes([3])).toEqual(["plan.contract-unmet"]);
  });
  it("is left to the query gate where queries are examined", async () => {
    expect(await codes([3], { queriesExamined: true })).toEqual([]);
  });
  it("runs where the config says that its condition holds, up to the day that it names", async () => {
    expect(await codes([3], { met: await met("2026-12-31") })).toEqual([]);
    expect(await codes([3], { met: await met("2026-11-29") })).toEqual(["plan.contract-unmet"]);
  });
  it("does not run in one release with the steps before it, whatever queries tell", async () => {
    expect(await codes([2, 3], { queriesExamined: true })).toEqual(["plan.contract-early"]);
    expect(await codes([2, 3], { met: await met("2026-12-31") })).toEqual([]);
  });
  it("blocks where a workload has no query", async () => {
    const migrations = await migrationsOf(CONTRACT);
    const found = unexaminedContracts(migrations, { met: [], now: NOW });
    expect(found).toMatchObject([{ code: "plan.contract-unmet", severity: "error", unknown: true }]);
    expect(unexaminedContracts(migrations, { met: await met("2026-12-31"), now: NOW })).toEqual([]);
  });
});

it("records the open end of a plan that begins", async () => {
  const all = await migrationsOf(step(1, "expand"), step(2, "backfill"));
  const clusters = [{ pending: all.map(({ version }) => version), tenants: ["a"] }];
  const findings = planFindings({ all, clusters, queriesExamined: false, met: [], now: NOW });
  expect(findings).toMatchObject([{ code: "plan.open", severity: "note", subject: { name: "0001_drop" } }]);
  expect(await codes([])).toEqual([]);
});

it("writes a step as a comment that reads as the step, on one line whatever names it has", () => {
  for (const each of [step(1, "expand"), CONTRACT]) expect(planStepOf({ text: planComment(each) })).toEqual(each);
  const hostile = planComment({ ...CONTRACT, plan: "0001 a\nb", condition: 'no one reads "x\nDROP TABLE y; --"' });
  expect(hostile.split("\n")).toHaveLength(1);
  expect(planStepOf({ text: hostile })).toMatchObject({ plan: "0001_a_b" });
  expect(planStepOf({ text: "-- schema-gate: step 3 of 3 of x, contract" })).toBeNull();
});
