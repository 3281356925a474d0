import { describe, expect, it } from "vitest";
import { type Config, configSchema } from "../../../lib/core/config/config.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { refuseLargePlan, tooLongToWait } from "../../../lib/steps/rollout/too-large-for-aws.js";
import { tooManyWaves } from "../../../lib/steps/rollout/too-many-waves.js";
import { planBatches } from "../../../lib/steps/run/batches.js";
import type { RunRequest } from "../../../lib/steps/run/records.js";

const config = (changes: object = {}): Config =>
  configSchema.parse({ migrations: "m", registry: { file: "t" }, staging: { mode: "same host" }, ...changes });

function fleet(hosts: number, each: number): readonly Tenant[] {
  return Array.from({ length: hosts * each }, (_, at) => ({
    id: `tenant-${at}`,
    host: `tenants-${at % hosts}.cluster-abcdefghijkl.eu-central-1.rds.amazonaws.com:5432`,
    database: `tenant_${at}`,
    group: null,
    schema: null,
  }));
}

function load(hosts: number, each: number, rollout: object = {}): void {
  const tenants = fleet(hosts, each);
  const plans = planBatches("all", tenants, 4).map(({ plan }) => plan);
  refuseLargePlan(plans, tenants, config({ rollout }));
}

describe("the state of an execution, which holds 256 KiB", () => {
  it.each<[string, number, number, object]>([
    ["250 tenants on 5 hosts", 5, 50, {}],
    ["10,000 tenants on 40 hosts, taken back as a whole", 40, 250, { onFailure: "rollback all", maxWave: 1000 }],
    ["100,000 tenants on 200 hosts", 200, 500, { maxWave: 1000 }],
    ["700 hosts of one tenant, in small waves", 700, 1, {}],
  ])(
    "has room for %s",
    (_, hosts, each, rollout) => {
      expect(() => load(hosts, each, rollout)).not.toThrow();
    },
    30_000,
  );

  it.each<[string, number, number, object, RegExp]>([
    ["5,000 hosts of one tenant", 5000, 1, {}, /5,000 hosts would take \d+ KiB .* holds 256 KiB; give each part/],
    ["700 hosts in one wave", 700, 1, { maxWave: null, growth: 1000 }, /let waves be smaller/],
    ["700 hosts taken back at once", 700, 1, { onFailure: "rollback all" }, /give each part/],
  ])("has none for %s", (_, hosts, each, rollout, reason) => {
    expect(() => load(hosts, each, rollout)).toThrow(reason);
  });

  it("is never larger than what was refused: the plan of every wave stands beside the fleet's", () => {
    for (const hosts of [300, 500, 800, 1100]) {
      const tenants = fleet(hosts, 2);
      const plan = planBatches("all", tenants, 4).map((each) => each.plan);
      const state = JSON.stringify({ hosts: plan, results: plan.map(({ id }) => ({ ok: false, scope: id })) }).length;
      if (state > 256 * 1024) expect(() => load(hosts, 2), String(hosts)).toThrow("KiB");
    }
  });
});

describe("the history of an execution, which holds 25,000 events", () => {
  const EVENTS = { wave: 25, heldHour: 9, rest: 500 };
  const waves = (count: number) => {
    const { rollout } = config({ rollout: { canary: 1, maxWave: 1 } });
    return tooManyWaves("r", fleet(1, count), rollout).map(({ code }) => code);
  };

  it("has room for every wave, and for windows that are closed until its end", () => {
    expect(waves(850)).toEqual([]);
    expect(850 * EVENTS.wave + 14 * 24 * EVENTS.heldHour + EVENTS.rest).toBeLessThan(25_000);
    expect(waves(851)).toEqual(["load.too-many-waves"]);
  });
});

describe("a copy on AWS", () => {
  const codes = (mode: string, ready: string) =>
    tooLongToWait({ run: "r", config: config({ staging: { mode, ready } }) } as RunRequest).map(({ code }) => code);

  it.each([
    ["snapshot", "2h"],
    ["snapshot", "8h"],
    ["same host", "24h"],
  ])("%s may take %s", (mode, ready) => expect(codes(mode, ready)).toEqual([]));
  it.each(["481min", "24h"])("may not take %s", (ready) =>
    expect(codes("snapshot", ready)).toEqual(["load.copy-too-long"]),
  );
});

describe("a question on AWS", () => {
  const codes = (expires: string) =>
    tooLongToWait({ run: "r", config: config({ approval: { expires } }) } as RunRequest).map(({ code }) => code);

  it.each(["24h", "7d", "14d", "336h"])("may stand for %s", (expires) => expect(codes(expires)).toEqual([]));
  it.each(["15d", "337h", "20161min", "365d"])("may not stand for %s", (expires) =>
    expect(codes(expires)).toEqual(["load.approval-too-long"]),
  );
});
