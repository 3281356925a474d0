import { expect } from "vitest";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import type { Migration } from "../../lib/core/migration/release.js";
import type { ProveOnClone } from "../../lib/steps/proof/input.js";
import type { Proof } from "../../lib/steps/proof/proof.js";
import { proveOnClone } from "../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "./clones.js";
import { expectSameDump } from "./dump-judge.js";
import { testClock } from "./migration.js";
import { type Major, temporaryDatabase } from "./postgres.js";

/**
 * Proves migrations on clones of a database with this setup; whatever comes of it, no clone may be left. What is proved to come
 * back is judged by pg_dump too. The parser must be loaded.
 */
export async function proveOnClones(
  major: Major,
  setup: string,
  migrations: readonly Migration[],
  more: Partial<ProveOnClone> = {},
): Promise<Proof> {
  const { name, client } = await temporaryDatabase(major, setup);
  // A template may have no connections.
  await client.end();
  const { makeClone, left } = cloning(major, name);
  const proof = await proveOnClone({
    cluster: "c",
    migrations,
    schema: null,
    makeClone,
    difference: schemaDifference,
    settings: { lockTimeout: 2_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
    clock: testClock,
    thorough: true,
    ...more,
  }).finally(() => expect([...left]).toEqual([]));
  if (more.schema === undefined) await expectSameDump(major, makeClone, migrations, proof);
  return proof;
}
