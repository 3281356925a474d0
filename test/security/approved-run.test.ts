import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digest } from "../../lib/core/json.js";
import { TestFleet } from "../support/fleet.js";

/** What somebody changes on disk between the approval and the rollout. */
describe("an approved run", () => {
  let fleet: TestFleet;
  let run: string;
  const state = () => join(fleet.directory, "own-state");
  const environment = () => ({ SCHEMA_GATE_STATE: state() });
  const kept = () => join(fleet.directory, "kept");
  const file = (key: string) => join(fleet.directory, ".schema-gate", "runs", run, key);

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    const asked = await fleet.run(["run", "--no-wait"], environment());
    expect(asked.code, asked.stderr).toBe(4);
    const given = await fleet.run(["approve"], environment());
    expect(given.code, given.stderr).toBe(0);
    run = fleet.runs().at(-1) ?? "";
    cpSync(join(fleet.directory, ".schema-gate"), join(kept(), "runs"), { recursive: true });
    cpSync(state(), join(kept(), "state"), { recursive: true });
  });
  afterAll(() => fleet.destroy());

  const restore = () => {
    rmSync(join(fleet.directory, ".schema-gate"), { recursive: true, force: true });
    rmSync(state(), { recursive: true, force: true });
    cpSync(join(kept(), "runs"), join(fleet.directory, ".schema-gate"), { recursive: true });
    cpSync(join(kept(), "state"), state(), { recursive: true });
  };
  const migrated = async (tenants = fleet.tenants) => {
    const marks = await Promise.all(
      tenants.map((id) =>
        fleet.inTenant(id, async (client) => {
          const { rows } = await client.query(
            "select 1 from pg_attribute where attrelid = 'app.users'::regclass and attname = 'quota_used'",
          );
          return rows.length;
        }),
      ),
    );
    return marks.reduce((sum, one) => sum + one, 0);
  };

  const edits: Readonly<Record<string, () => void>> = {
    "the release": () =>
      writeFileSync(file("release.json"), readFileSync(file("release.json"), "utf8").replace("quota", "other")),
    "the score": () =>
      writeFileSync(file("score.json"), readFileSync(file("score.json"), "utf8").replace('"ask"', '"pass"')),
    "the clusters": () => appendFileSync(file("clusters.json"), " "),
    "a proof": () => {
      const [proof = ""] = readdirSync(file("proofs"));
      appendFileSync(file(`proofs/${proof}`), " ");
    },
    "a way back": () => {
      const [plan = ""] = readdirSync(file("rollback"));
      writeFileSync(file(`rollback/${plan}`), "{}");
    },
    "the request": () =>
      writeFileSync(
        file("request.json"),
        readFileSync(file("request.json"), "utf8").replace('"halt"', '"rollback all"'),
      ),
    "the fleet": () => writeFileSync(file("fleet.json"), "[]"),
    "a finding that is gone": () => {
      const [finding = ""] = readdirSync(file("findings"));
      rmSync(file(`findings/${finding}`));
    },
    "an answer of a step": () =>
      writeFileSync(
        file(`steps/settle-approval/${digest({ run }).slice(0, 16)}.json`),
        '{"settled":true,"output":{"decision":"approved"}}',
        { flag: "w" },
      ),
    "the end of the trail": () => {
      const lines = readFileSync(file("audit.jsonl"), "utf8").trimEnd().split("\n");
      writeFileSync(file("audit.jsonl"), `${lines.slice(0, -1).join("\n")}\n`);
    },
    "the approval": () => {
      const approvals = join(fleet.directory, ".schema-gate", "approvals");
      const [folder = ""] = readdirSync(approvals);
      rmSync(join(approvals, folder, "entries"), { recursive: true });
      mkdirSync(join(approvals, folder, "entries"));
    },
    "the record outside, gone": () => rmSync(join(state(), "records"), { recursive: true }),
  };

  it.each(Object.keys(edits))("changes nothing after an edit: %s", async (what) => {
    restore();
    mkdirSync(file("steps/settle-approval"), { recursive: true });
    edits[what]?.();
    const resumed = await fleet.run(["resume"], environment());
    expect(resumed.code, resumed.stderr).not.toBe(0);
    expect(resumed.stdout + resumed.stderr).toMatch(
      /gate wrote|gate left|not written by this gate|was removed|is not what was written|is gone/,
    );
    expect(await migrated()).toBe(0);
  });

  it("changes nothing where the registry leads elsewhere by now", async () => {
    restore();
    const [first = "", second = ""] = fleet.tenants;
    const registry = readFileSync(join(fleet.directory, "tenants.csv"), "utf8");
    const urls = registry.split("\n").filter((line) => line.startsWith(second));
    fleet.writeRegistry(fleet.tenants, { [first]: urls[0]?.split(",")[1] ?? "" });
    const resumed = await fleet.run(["resume"], environment());
    fleet.writeRegistry(fleet.tenants);
    expect(resumed.code).not.toBe(0);
    expect(resumed.stdout + resumed.stderr).toContain(`the registry now leads tenant ${first} to`);
    expect(await migrated()).toBe(0);
  });

  it("is refused when the approval is too old, and when the clock has gone back", async () => {
    restore();
    const later = await fleet.run(["resume"], { ...environment(), NODE_OPTIONS: fleet.later(4 * 24 * 3_600_000) });
    expect(later.code).not.toBe(0);
    expect(later.stdout + later.stderr).toContain("the approval is older than approval.validFor (3d)");
    const earlier = await fleet.run(["resume"], { ...environment(), NODE_OPTIONS: fleet.later(-3_600_000) });
    expect(earlier.code).not.toBe(0);
    expect(await migrated()).toBe(0);
  });

  it("changes nothing where rows of a later wave came into the way since the gates", async () => {
    restore();
    const last = fleet.tenants.at(-1) ?? "";
    const plan = (id: number) =>
      fleet.inTenant(last, (client) => client.query(`update billing.subscriptions set plan_id = ${id} where id = 3`));
    await plan(77);
    const resumed = await fleet.run(["resume"], { ...environment(), NODE_OPTIONS: fleet.later(2 * 3_600_000) });
    await plan(1);
    expect(resumed.code, resumed.stdout).not.toBe(0);
    expect(resumed.stdout + resumed.stderr).toContain(`rows have changed since the gates: tenant ${last}`);
    expect(await migrated()).toBe(0);
  });

  it("changes nothing in another database of the same name", async () => {
    restore();
    const [first = ""] = fleet.tenants;
    const resumed = await fleet.replacing(first, () => fleet.run(["resume"], environment()));
    expect(resumed.code).not.toBe(0);
    expect(resumed.stdout + resumed.stderr).toMatch(
      /is another database than the one that was approved for tenant .* \(oid \d+ in place of \d+\)/,
    );
    expect(await migrated([first])).toBe(0);
  });

  it("goes on when nobody touched it", async () => {
    restore();
    const resumed = await fleet.run(["resume"], environment());
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await migrated()).toBe(fleet.tenants.length);
  });
});
