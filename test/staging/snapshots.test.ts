import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifact } from "../../lib/steps/run/records.js";
import type { Outcome } from "../../lib/steps/states/report.js";
import { TestFleet } from "../support/fleet.js";
import { type Ended, runInProcess } from "./support/run-in-process.js";
import { SimulatedRds, type SimulatedRdsOptions } from "./support/simulated-rds.js";

let fleet: TestFleet;
let runs = 0;

beforeAll(async () => {
  fleet = await TestFleet.create(2);
});
afterAll(() => fleet.destroy());

const SOURCE = {
  cluster: { DbClusterParameterGroup: "tenants-cluster", IamDatabaseAuthenticationEnabled: true, Port: 5433 },
  instance: {
    DbInstanceClass: "db.r6g.large",
    DbParameterGroups: [{ DbParameterGroupName: "tenants-instance" }],
    IamDatabaseAuthenticationEnabled: true,
  },
};

interface Gated extends Ended {
  readonly rds: SimulatedRds;
}

/** A check of the fleet whose host is `source` at the simulated RDS. The copy answers at another name of the tenants' server. */
async function gated(
  source: string,
  changes: Partial<SimulatedRdsOptions> = {},
  handlers: Parameters<typeof runInProcess>[1]["handlers"] = undefined,
  substitutions: Readonly<Record<string, string>> = { StagingInstanceClass: "source" },
): Promise<Gated> {
  const host = `127.0.0.1:${fleet.server.port}`;
  fleet.writeConfig({ staging: { mode: "snapshot", sources: { [host]: source }, ready: "2min" } });
  let rds: SimulatedRds | undefined;
  runs += 1;
  const ended = await runInProcess(fleet, {
    run: `snapshot-${runs}`,
    mode: "check",
    substitutions,
    services: (others) => {
      rds = new SimulatedRds({
        endpoint: { Address: "localhost", Port: fleet.server.port },
        looks: 2,
        others,
        ...changes,
      });
      return rds;
    },
    ...(handlers ? { handlers } : {}),
  });
  if (!rds) throw new Error("the run asked for no services");
  return { ...ended, rds };
}

const codes = ({ findings }: Ended) => findings.map((finding) => finding.code);
const outcome = async ({ ports }: Ended) => (await ports.artifacts.get<Outcome>(artifact.outcome))?.status;

describe("staging.mode snapshot, with a simulated RDS", () => {
  it("clones an Aurora cluster, tries the release there, and removes the clone", async () => {
    const ended = await gated("aurora:tenants-a");
    expect(codes(ended)).not.toContain("staging.not-made");
    expect(await outcome(ended)).toBe("passed");
    const { calls } = ended.rds;
    expect(calls.slice(0, 2)).toEqual(["describeDBClusters of the source", "describeDBInstances of the source"]);
    expect(calls.slice(2, 4)).toEqual(["restoreDBClusterToPointInTime", "createDBInstance"]);
    expect(calls.slice(4, 7)).toEqual(["describeDBInstances", "describeDBInstances", "describeDBInstances"]);
    expect(calls.slice(7)).toEqual(["deleteDBInstance", "deleteDBCluster"]);
    expect(ended.rds.left).toEqual([]);
    expect(ended.states.indexOf("RemoveSnapshots")).toBeLessThan(ended.states.indexOf("Score"));
  }, 180_000);

  it("restores an RDS instance from a snapshot of its own, and removes both", async () => {
    const ended = await gated("rds:tenants-b");
    expect(await outcome(ended)).toBe("passed");
    expect(new Set(ended.rds.calls)).toEqual(
      new Set([
        "describeDBInstances of the source",
        "createDBSnapshot",
        "describeDBSnapshots",
        "restoreDBInstanceFromDBSnapshot",
        "describeDBInstances",
        "deleteDBInstance",
        "deleteDBSnapshot",
      ]),
    );
    expect(ended.rds.left).toEqual([]);
  }, 180_000);

  it("gives a clone the settings of its cluster and of the cluster's writer", async () => {
    const { rds } = await gated("aurora:tenants-a", { source: SOURCE });
    expect(rds.made.restoreDBClusterToPointInTime).toMatchObject({
      DbClusterParameterGroupName: "tenants-cluster",
      EnableIAMDatabaseAuthentication: true,
      Port: 5433,
    });
    expect(rds.made.restoreDBClusterToPointInTime).not.toHaveProperty("ServerlessV2ScalingConfiguration");
    expect(rds.made.createDBInstance).toMatchObject({
      DbInstanceClass: "db.r6g.large",
      DbParameterGroupName: "tenants-instance",
    });
  }, 180_000);

  it("lets the clone of a serverless cluster scale as it does", async () => {
    const scaling = { MinCapacity: 0.5, MaxCapacity: 16, SecondsUntilAutoPause: 300 };
    const source = {
      cluster: { ...SOURCE.cluster, ServerlessV2ScalingConfiguration: scaling },
      instance: { ...SOURCE.instance, DbInstanceClass: "db.serverless" },
    };
    const { rds } = await gated("aurora:tenants-a", { source });
    expect(rds.made.restoreDBClusterToPointInTime).toMatchObject({
      DbClusterParameterGroupName: "tenants-cluster",
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 16 },
    });
    expect(rds.made.createDBInstance).toMatchObject({ DbInstanceClass: "db.serverless" });
    expect(rds.left).toEqual([]);
  }, 180_000);

  it("gives an instance from a snapshot the settings of its source", async () => {
    const { rds } = await gated("rds:tenants-b", { source: SOURCE });
    expect(rds.made.restoreDBInstanceFromDBSnapshot).toMatchObject({
      DbInstanceClass: "db.r6g.large",
      DbParameterGroupName: "tenants-instance",
      EnableIAMDatabaseAuthentication: true,
    });
  }, 180_000);

  it("takes the stack's class before the source's", async () => {
    const { rds } = await gated("rds:tenants-b", { source: SOURCE }, undefined, {
      StagingInstanceClass: "db.t4g.medium",
    });
    expect(rds.made.restoreDBInstanceFromDBSnapshot).toMatchObject({
      DbInstanceClass: "db.t4g.medium",
      DbParameterGroupName: "tenants-instance",
    });
  }, 180_000);

  it("tries on the copy and nowhere else: one that does not answer blocks", async () => {
    const ended = await gated("aurora:tenants-a", { endpoint: { Address: "127.0.0.1", Port: 1 } });
    expect(codes(ended)).toContain("dry-run.no-clone");
    expect(await outcome(ended)).toBe("blocked");
    expect(ended.rds.left).toEqual([]);
  }, 180_000);

  it.each([
    ["aurora:tenants-a", "describeDBClusters of the source"],
    ["aurora:tenants-a", "describeDBInstances of the source"],
    ["aurora:tenants-a", "restoreDBClusterToPointInTime"],
    ["aurora:tenants-a", "createDBInstance"],
    ["aurora:tenants-a", "describeDBInstances"],
    ["rds:tenants-b", "describeDBInstances of the source"],
    ["rds:tenants-b", "createDBSnapshot"],
    ["rds:tenants-b", "describeDBSnapshots"],
    ["rds:tenants-b", "restoreDBInstanceFromDBSnapshot"],
  ])(
    "%s: blocks when %s fails, and removes what was begun",
    async (source, action) => {
      const ended = await gated(source, { failing: { [action]: "Rds.StorageQuotaExceededException" } });
      expect(codes(ended)).toContain("staging.not-made");
      expect(await outcome(ended)).toBe("blocked");
      expect(ended.rds.left).toEqual([]);
    },
    180_000,
  );

  it.each(["aurora:tenants-a", "rds:tenants-b"])(
    "%s: gives up when it is never ready, and removes it",
    async (source) => {
      const ended = await gated(source, { looks: Number.POSITIVE_INFINITY });
      expect(codes(ended)).toContain("staging.not-made");
      // 2 minutes are 4 looks after the first.
      expect(ended.rds.calls.filter((call) => /^describe\w+$/.test(call))).toHaveLength(5);
      expect(await outcome(ended)).toBe("blocked");
      expect(ended.rds.left).toEqual([]);
    },
    180_000,
  );

  it("removes the copy after a failure of a later step", async () => {
    const failing = () => ({ Diverge: () => Promise.reject(new Error("out of memory")) });
    const ended = await gated("aurora:tenants-a", {}, failing);
    expect(ended.states).toContain("RecordFailure");
    expect(await outcome(ended)).not.toBe("passed");
    expect(ended.rds.left).toEqual([]);
  }, 180_000);

  it("says what it could not remove, and does not loop", async () => {
    const ended = await gated("aurora:tenants-a", { failing: { deleteDBCluster: "Rds.KmsKeyNotAccessibleException" } });
    expect(ended.findings.find((finding) => finding.code === "staging.left-behind")?.severity).toBe("warning");
    expect(ended.rds.left).toHaveLength(1);
    expect(await outcome(ended)).toBe("passed");
  }, 180_000);

  it("tags everything with the execution that made it", async () => {
    const ended = await gated("rds:tenants-b", { failing: { deleteDBInstance: "Rds.KmsKeyNotAccessibleException" } });
    const [instance] = [...ended.rds.there.instance.values()];
    const tags = Object.fromEntries((instance?.tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({ "schema-gate:run": `snapshot-${runs}`, "schema-gate:kind": "rds" });
    expect(tags["schema-gate:name"]).toBe([...ended.rds.there.instance.keys()][0]);
  }, 180_000);
});
