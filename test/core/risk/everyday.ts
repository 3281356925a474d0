import type { RiskInput } from "../../../lib/core/risk/input.js";
import { cleanRelease, finding, oneDatabase } from "./inputs.js";

/** Releases that a good team makes every week. The gate must not cry wolf over them. */
export const EVERYDAY: readonly { readonly name: string; readonly input: RiskInput }[] = [
  { name: "a column, an index and a foreign key over 247 tenants, two of them drifted", input: cleanRelease() },
  {
    name: "a nullable column on a table with 2,000 statements per second, lock_timeout 2 s",
    input: oneDatabase({
      cluster: { locks: [{ table: "orders", mode: "AccessExclusiveLock", holdMs: 4 }] },
      tenant: { traffic: 2000, longestTransactionMs: 50 },
    }),
  },
  {
    name: "CREATE INDEX CONCURRENTLY for an hour",
    input: oneDatabase({
      cluster: { locks: [{ table: "events", mode: "ShareUpdateExclusiveLock", holdMs: 3_600_000 }] },
      tenant: { traffic: 1000 },
    }),
  },
  {
    name: "CREATE INDEX on a quiet table, 800 ms",
    input: oneDatabase({
      input: { findings: [finding("warning")] },
      cluster: { locks: [{ table: "plans", mode: "ShareLock", holdMs: 800 }] },
      tenant: { traffic: 40 },
    }),
  },
  {
    name: "VALIDATE CONSTRAINT over 100 GB, 20 minutes",
    input: oneDatabase({
      cluster: { locks: [{ table: "orders", mode: "ShareUpdateExclusiveLock", holdMs: 1_200_000 }] },
      tenant: { traffic: 2000 },
    }),
  },
  {
    name: "a dropped column whose values are kept aside",
    input: oneDatabase({
      cluster: { rollback: "kept", locks: [{ table: "users", mode: "AccessExclusiveLock", holdMs: 60 }] },
      tenant: { traffic: 300 },
    }),
  },
  {
    name: "a small table rewritten at night, 1.5 s",
    input: oneDatabase({
      cluster: {
        locks: [{ table: "settings", mode: "AccessExclusiveLock", holdMs: 1500 }],
        rewrites: [{ table: "settings", bytes: 200 * 2 ** 20 }],
      },
      tenant: { traffic: 20 },
    }),
  },
  { name: "the clean release, approved a day after its dry run", input: cleanRelease({ dryRunAgeMs: 24 * 3_600_000 }) },
];
