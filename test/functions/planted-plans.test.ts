import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signOrder } from "../../lib/adapters/aws/sign-order.js";
import { decide } from "../support/aws/function-url.js";
import { GateOnAws } from "../support/aws/gate-on-aws.js";
import { PACK_KEY } from "../support/aws/pack-key.js";

const { stringify } = JSON;

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
  await gate.upload({ connectionsPerHost: 1, rollout: { canary: 1, growth: 6, maxWave: 150 } });
});
afterAll(() => gate.destroy());

const place = (run: string, name: string) => `runs/${run}/${name}`;
const keysOf = (run: string, pattern: RegExp) =>
  [...gate.aws.s3.objects.keys()].filter((key) => key.startsWith(place(run, "")) && pattern.test(key));
const outcome = (run: string) => stringify(gate.artifact(run, "outcome.json"));
const codes = (run: string) =>
  gate.artifact<{ findings: { code: string }[] }>(run, "evidence.json")?.findings.map(({ code }) => code) ?? [];

/** Ids of the tenants that have the release, and whether something is in one of them that is not of the release. */
async function state(): Promise<{ readonly migrated: number; readonly evil: number }> {
  let [migrated, evil] = [0, 0];
  for (const id of gate.fleet.tenants) {
    const { rows } = await gate.fleet.inTenant(id, (client) =>
      client.query(
        "select (select count(*)::int from schema_gate.ledger) as versions, (to_regclass('public.evil') is not null)::int as evil",
      ),
    );
    migrated += Number(rows[0].versions > 1);
    evil += rows[0].evil;
  }
  return { migrated, evil };
}

const EVIL = "create table evil ();";
/** Puts another statement into every text of SQL that an artifact holds. */
function infected(run: string, pattern: RegExp): void {
  const keys = keysOf(run, pattern);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    const text = gate.aws.s3.text(key) ?? "";
    const changed = text.replaceAll(/"(text|sql)":"/g, (whole) => `${whole}${EVIL} `);
    gate.aws.s3.put(key, changed === text ? `${text} ` : changed);
  }
}

const RUN = "planted";
const wave = () => {
  const said = gate.states.map((text) => JSON.parse(text) as [string, unknown, object]);
  return said.findLast(([name]) => name === "NextWave")?.[2] ?? {};
};
let planned: ReadonlyMap<string, ReturnType<typeof gate.aws.s3.objects.get>>;
let canary: object;

/** As it was when the canary was about to be migrated. */
function restore(): void {
  const { objects } = gate.aws.s3;
  objects.clear();
  for (const [key, stored] of planned) if (stored) objects.set(key, stored);
}

beforeAll(async () => {
  const stopped = new AbortController();
  await gate.run({
    run: RUN,
    stop: stopped.signal,
    before: (name) => {
      if (name !== "Migrate") return;
      planned ??= new Map(gate.aws.s3.objects);
      stopped.abort();
      throw new Error("the execution was stopped");
    },
  });
  canary = wave();
}, 300_000);

describe("whoever may write the artifacts of a run changes what is executed, after it was checked", () => {
  it.each<[string, RegExp]>([
    ["the release", /\/release\.json$/],
    ["what was proved", /\/proofs\//],
    ["who asked for what", /\/request\.json$/],
    ["the batches", /\/batches\/wave/],
    ["the plan of the wave", /\/plans\//],
  ])(
    "%s: nothing is executed by it, and it is said",
    async (_, pattern) => {
      restore();
      infected(RUN, pattern);
      const ended = await gate.run({ run: RUN, from: { state: "MigrateHosts", input: { wave: canary } } });
      expect(ended.status).toBe("failed");
      expect(await state()).toEqual({ migrated: 0, evil: 0 });
      expect(codes(RUN)).toContain("rollout.tampered");
      expect(gate.aws.s3.text(place(RUN, "audit.seal.json"))).toContain("signatures");
    },
    180_000,
  );

  it.each<[string, RegExp]>([
    ["the clusters", /\/clusters\.json$/],
    ["the waves", /\/waves\.json$/],
  ])(
    "%s under a wave, which is executed by its batches' own part of them: as approved, and no other wave begins",
    async (_, pattern) => {
      restore();
      infected(RUN, pattern);
      const ended = await gate.run({ run: RUN, from: { state: "MigrateHosts", input: { wave: canary } } });
      expect(ended.status).toBe("failed");
      expect(await state()).toEqual({ migrated: 1, evil: 0 });
      expect(gate.aws.s3.text(place(RUN, "audit.seal.json"))).toContain("signatures");
      for (const key of keysOf(RUN, pattern)) gate.aws.s3.put(key, planned.get(key)?.bytes ?? "");
      expect((await back(RUN, `${RUN}-${pattern}`, () => {})).status).toBe("succeeded");
      expect(await state()).toEqual({ migrated: 0, evil: 0 });
    },
    180_000,
  );

  it("the batches of a wave before it begins", async () => {
    restore();
    infected(RUN, /\/batches\/wave-0/);
    const ended = await gate.run({ run: RUN, from: { state: "NextWave", input: {} } });
    expect(ended.status).toBe("failed");
    expect(outcome(RUN)).toContain("were changed after they were planned");
    expect(await state()).toEqual({ migrated: 0, evil: 0 });
  }, 180_000);

  it("the release between two waves: the approval is void, and what it let through comes back by what was proved alone", async () => {
    restore();
    let release = "";
    const ended = await gate.run({
      run: RUN,
      from: { state: "MigrateHosts", input: { wave: canary } },
      before: (name) => {
        if (name !== "NextWave") return;
        release = gate.aws.s3.text(place(RUN, "release.json")) ?? "";
        infected(RUN, /\/release\.json$/);
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome(RUN)).toContain("changed since the approval: release.json");
    expect(await state()).toEqual({ migrated: 1, evil: 0 });
    expect((await back(RUN, `${RUN}-1`, () => {})).status).toBe("failed");
    expect(await state()).toEqual({ migrated: 1, evil: 0 });
    gate.aws.s3.put(place(RUN, "release.json"), release);
    const infecting = (name: string) => name === "RollBack" && infected(RUN, /\/proofs\//);
    expect((await back(RUN, `${RUN}-2`, infecting)).status).toBe("failed");
    expect(codes(RUN)).toContain("rollout.tampered");
    expect(await state()).toEqual({ migrated: 1, evil: 0 });
  }, 300_000);

  it("the clusters while the waves are planned, and back again: what the batches say of them is not believed", async () => {
    const run = "planned-by-another";
    let whole = "";
    const ended = await gate.run({
      run,
      before: (name) => {
        const key = place(run, "clusters.json");
        if (name === "PlanWaves") {
          whole = gate.aws.s3.text(key) ?? "";
          gate.aws.s3.put(
            key,
            whole.replaceAll(/"(fingerprint|id)":"/g, (found) => `${found}0`),
          );
        }
        if (name === "NextWave" && whole !== "") gate.aws.s3.put(key, whole);
      },
    });
    const batches = keysOf(run, /\/batches\/wave-0/).map((key) => JSON.parse(gate.aws.s3.text(key) ?? "") as object);
    expect(batches).toHaveLength(2);
    expect(ended).toEqual({ status: "succeeded" });
    expect(await state()).toEqual({ migrated: 2, evil: 0 });
  }, 300_000);
});

function back(run: string, execution: string, before: (name: string) => unknown) {
  const order = async () =>
    signOrder({ format: 1, kind: "rollback", run, after: gate.head(run), tenants: null, authors: ["olga"] }, PACK_KEY);
  return order().then((signed) =>
    gate.run({
      run,
      order: { signed, execution },
      before: (name) => void before(name),
      answer: async () => {
        const asked = gate.artifact<{ order: number }>(run, "order.json")?.order;
        expect((await decide(gate, gate.link(`${run}.rollback-${asked}`, "alex"))).statusCode).toBe(303);
      },
    }),
  );
}
