import { describe, expect, it } from "vitest";
import { s3Rollouts } from "../../../lib/adapters/aws/s3-rollouts.js";
import { rolloutsFolder } from "../../../lib/adapters/local/rollouts-folder.js";
import { systemClock } from "../../../lib/adapters/local/system-clock.js";
import { temporaryFolder } from "../../review/harness.js";
import { simulatedStore } from "../../support/aws/services.js";
import { rolloutsContract } from "../../support/rollouts-contract.js";

const HOUR_MS = 3_600_000;

rolloutsContract("a folder", async () => {
  const root = temporaryFolder();
  return () => rolloutsFolder(root);
});

rolloutsContract("S3 (simulated)", async () => {
  const { store } = await simulatedStore();
  return () => s3Rollouts(store, systemClock);
});

describe("rollouts in S3 (simulated)", () => {
  const at = (hours: number) => ({ ...systemClock, now: () => hours * HOUR_MS });

  it("keep others out for as long as an execution that died may have lasted, with all that it began", async () => {
    const { store } = await simulatedStore();
    await s3Rollouts(store, at(0)).begin("died", ["host/a/"], "1970-01-01T00:00:00.000Z");
    expect(await s3Rollouts(store, at(14 * 24 - 0.1)).other("next", ["host/a/"])).toMatchObject({ run: "died" });
    expect(
      await s3Rollouts(store, at(14 * 24 + 0.1)).begin("next", ["host/a/"], "1970-01-15T00:06:00.000Z"),
    ).toBeNull();
  });

  it("never take an entry that was cut for nobody's", async () => {
    const { aws, store } = await simulatedStore();
    aws.s3.put("runs/.rollouts/cut.json", '{"run":"cut","tenants":["host');
    await expect(s3Rollouts(store, systemClock).begin("next", ["host/a/"], "")).rejects.toThrow(
      "s3://gate/runs/.rollouts/cut.json is not JSON",
    );
  });
});
