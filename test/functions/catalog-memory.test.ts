import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GateOnAws } from "../support/aws/gate-on-aws.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(3);
  await gate.upload({}, undefined, { mode: "check" });
});
afterAll(() => gate.destroy());

interface Reading {
  readonly tenant: string;
  readonly unchanged: boolean;
}

/** A check, whose outcome is not the matter here, and by tenant whether its catalog was recognised and not read. */
async function recognised(run: string): Promise<readonly boolean[]> {
  await gate.run({ run });
  const prefix = `runs/${run}/results/Introspect/`;
  const readings = [...gate.aws.s3.objects].flatMap(([key, { bytes }]) =>
    key.startsWith(prefix) ? (JSON.parse(bytes.toString("utf8")) as { records: readonly Reading[] }).records : [],
  );
  const byTenant = new Map(readings.map((reading) => [reading.tenant, reading.unchanged]));
  return gate.fleet.tenants.map((id) => byTenant.get(id) ?? expect.unreachable(`${id} was not read`));
}

describe("what is remembered of catalogs between runs, in the bucket", () => {
  it("spares the reading of tenants that did not change, and of no other; --fresh asks nothing of it", async () => {
    expect(await recognised("first")).toEqual([false, false, false]);
    expect(gate.artifact<{ status: string }>("first", "outcome.json")?.status).toBe("passed");
    await gate.fleet.inTenant(gate.fleet.tenants[1] ?? "", (client) =>
      client.query("comment on table app.users is 'changed between two runs'"),
    );
    expect(await recognised("second")).toEqual([true, false, true]);
    expect(await recognised("third")).toEqual([true, true, true]);
    await gate.upload({}, undefined, { mode: "check", fresh: true });
    expect(await recognised("fourth")).toEqual([false, false, false]);
    const kept = [...gate.aws.s3.objects.keys()].filter((key) => key.startsWith("memory/"));
    expect(kept.filter((key) => /^memory\/catalog\/(seen\/)?[0-9a-f]+\.json$/.test(key))).toEqual(kept);
  }, 120_000);
});
