import { randomUUID } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, inject, it } from "vitest";
import { clientSettings } from "../../lib/adapters/aws/clients.js";
import { s3Rollouts } from "../../lib/adapters/aws/s3-rollouts.js";
import { openStore } from "../../lib/adapters/aws/s3-store.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { rolloutsContract } from "../support/rollouts-contract.js";

const deployment = inject("deployment");

/** A store over a bucket of its own. */
async function emptyStore() {
  const settings = clientSettings(process.env);
  const bucket = `ports-${randomUUID()}`;
  await new S3Client({ ...settings, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }));
  return openStore(bucket, settings);
}

// Nobody's account is filled with buckets.
if (!deployment.deployed || deployment.target.endpoint === null)
  it.skip("the ports over S3 are tried on an emulator", () => {});
else {
  rolloutsContract(`S3 of ${deployment.target.name}`, async () => {
    const store = await emptyStore();
    return () => s3Rollouts(store, systemClock);
  });

  describe(`objects in S3 of ${deployment.target.name}`, () => {
    it("are created by one of many writers, and listed in order", async () => {
      const store = await emptyStore();
      const made = await Promise.all(Array.from({ length: 12 }, (_, at) => store.create("once", String(at))));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await store.text("once")).toBe(String(made.indexOf(true)));
      for (const key of ["list/b", "list/a", "lists/c"]) await store.put(key, "1");
      expect(await store.list("list/")).toEqual(["list/a", "list/b"]);
      expect(await store.list("list/", "list/a")).toEqual(["list/b"]);
      expect(await store.text("none")).toBeNull();
    });
  });
}
