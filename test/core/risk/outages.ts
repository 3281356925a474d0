import type { RiskInput } from "../../../lib/core/risk/input.js";
import { cleanRelease, cluster, oneDatabase, tenant } from "./inputs.js";

export interface Outage {
  readonly name: string;
  /** Where it was told. */
  readonly source: string;
  /** What the gate would have known before. Figures that the source does not give are left unknown or low. */
  readonly input: RiskInput;
}

const HOUR = 3_600_000;

/** A statement that waits for its lock without limit, behind one that runs for long, while everybody else waits behind it. */
function queued(table: string, longestTransactionMs: number, traffic: number | null = null): RiskInput {
  return oneDatabase({
    input: { lockTimeoutMs: 0 },
    cluster: { locks: [{ table, mode: "AccessExclusiveLock", holdMs: 1 }] },
    tenant: { longestTransactionMs, traffic },
  });
}

export const OUTAGES: readonly Outage[] = [
  {
    name: "a foreign key dropped and made again on empty tables, behind a long read of the parent: 15 s without API",
    source: "https://gocardless.com/blog/zero-downtime-postgres-migrations-the-hard-parts/",
    input: queued("parent", 15_000),
  },
  {
    name: "DROP TRIGGER behind a vacuum against wraparound: ten hours of errors",
    source: "https://www.tritondatacenter.com/blog/manta-postmortem-7-27-2015",
    input: queued("manta", 10 * HOUR),
  },
  {
    name: "a column and its backfill at noon, without lock_timeout: rides frozen for three hours",
    source: "https://malamsyah.com/meditation/lesson-learned-from-db-outage",
    input: queued("rides", 3 * HOUR),
  },
  {
    name: "ADD COLUMN behind a report of 90 s that runs every five minutes: nine hours",
    source: "https://minhle.xyz/blog/postgres-nine-hour-migration-locks",
    input: queued("orders", 90_000),
  },
  {
    name: "ALTER TABLE at start-up on the table that every call writes: the server wedged until it was restarted",
    source: "https://github.com/superdesigndev/treg/pull/129",
    input: queued("callrecord", 30_000),
  },
  {
    name: "ADD COLUMN with a volatile default on a hot table: the whole table rewritten under the lock",
    source: "https://github.com/yetone/cumora/pull/288",
    input: oneDatabase({
      cluster: {
        locks: [{ table: "participants", mode: "AccessExclusiveLock", holdMs: 40_000 }],
        rewrites: [{ table: "participants", bytes: 3 * 2 ** 30 }],
      },
      tenant: { traffic: 150 },
    }),
  },
  {
    name: "2.37 million rows rewritten and swapped against live writes, two tables locked in the other order: deadlock",
    source: "https://github.com/mindset-ai/memex-ai/pull/353",
    input: oneDatabase({
      cluster: {
        locks: [
          { table: "test_event_latest", mode: "AccessExclusiveLock", holdMs: 25_000 },
          { table: "test_events", mode: "AccessExclusiveLock", holdMs: 24_000 },
        ],
        rewrites: [{ table: "test_events", bytes: 2 ** 30 }],
      },
      tenant: { traffic: null },
    }),
  },
  {
    name: "unique indexes over rows that were duplicates: the service starts again and again",
    source: "https://github.com/nightscout/nocturne/issues/828",
    input: oneDatabase({ tenant: { probeHits: 2 } }),
  },
  {
    name: "one duplicate key: every later release held up for a day",
    source: "https://github.com/jikig-ai/soleur/issues/4140",
    input: oneDatabase({ tenant: { probeHits: 1 } }),
  },
  {
    name: "a column dropped whose 747 values were never copied, with a way back that makes it empty",
    source: "https://github.com/Sachinchaurasiya360/InternHack/pull/2533",
    input: oneDatabase({ cluster: { rollback: "lossy" }, input: { dryRunAgeMs: null } }),
  },
  {
    name: "down migrations that had never been executed",
    source: "https://github.com/mattermost/mattermost/issues/37464",
    input: oneDatabase({ cluster: { rollback: "unproved" } }),
  },
  {
    name: "148 tenant databases whose ledger is at the head and whose schema is not",
    source: "https://github.com/topoteretes/cognee/issues/4854",
    input: cleanRelease({
      clusters: [cluster("head"), cluster("behind", { drift: { healed: 0, remaining: 0, breaking: 1 } })],
      tenants: [tenant("first", "head"), ...Array.from({ length: 148 }, (_, index) => tenant(`t${index}`, "behind"))],
    }),
  },
  {
    name: "DDL inside a DO block that no tool could see",
    source: "https://github.com/sbdchd/squawk/issues/411",
    input: oneDatabase({ input: { opaque: 1 } }),
  },
];
