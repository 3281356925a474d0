import { z } from "zod";
import { breakerPolicySchema } from "../rollout/breaker.js";
import { wavePolicySchema } from "../rollout/waves.js";
import { backfillPolicySchema } from "./backfill-policy.js";
import { duration } from "./duration-schema.js";

/** How a release is rolled out, and what stops it. */
export const rolloutSchema = z
  .strictObject({
    ...wavePolicySchema.shape,
    ...breakerPolicySchema.shape,
    onFailure: z.enum(["halt", "rollback wave", "rollback all"]).default("halt"),
    lockTimeout: duration("2s"),
    statementTimeout: duration("15min"),
    concurrentTimeout: duration("1h").describe(
      "for statements outside transactions, such as CREATE INDEX CONCURRENTLY",
    ),
    health: z
      .strictObject({
        query: z
          .string()
          .min(1)
          .describe(
            "asked in each migrated tenant after its wave; one row: healthy boolean, and optionally reason text",
          ),
        timeout: duration("10s"),
      })
      .optional()
      .describe("what opens the breaker between waves besides failures and waits for locks"),
    backfill: backfillPolicySchema.describe("what a host may be under while a backfill runs on it"),
    analyze: z
      .boolean()
      .default(false)
      .describe("ANALYZE, after a tenant's release, what the release has left without statistics"),
    attempts: z.int().min(1).max(20).default(5).describe("tries to get the locks of one tenant"),
    waitForServer: duration("5min").describe(
      "how long a server that restarts or fails over is waited for before its tenants count as failed",
    ),
  })
  .prefault({});
