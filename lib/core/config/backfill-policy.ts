import { z } from "zod";
import type { GovernorPolicy } from "../rollout/governor.js";
import { parseSize } from "../size.js";
import { parseDuration } from "./duration.js";

const time = z
  .string()
  .refine((text) => parseDuration(text) !== null, "expected a duration such as 500ms, 2s or 10min")
  .optional();
const size = z
  .string()
  .refine((text) => parseSize(text) !== null, "expected a size such as 64MB or 10GB")
  .optional();

/** How much load a host may be under while a backfill runs on it. */
export const backfillPolicySchema = z
  .strictObject({
    lag: time.describe("batches wait while a streaming replica is further behind; default: 10s, where it can be seen"),
    wal: size.describe("WAL a second, of the whole server; default: no limit"),
    slots: size.describe("WAL that a replication slot holds back; default: no limit"),
    transaction: time.describe("age of the oldest transaction of another session; default: no limit"),
    waiting: z.int().min(0).optional().describe("sessions that wait for a lock; default: 10, where they can be seen"),
    vacuum: z.int().min(1).optional().describe("VACUUM the table after so many changed rows; default: never"),
  })
  .prefault({});

type BackfillPolicy = z.output<typeof backfillPolicySchema>;

const DEFAULT_LAG = "10s";
const DEFAULT_WAITING = 10;

export function governorPolicy({ lag, wal, slots, transaction, waiting }: BackfillPolicy): GovernorPolicy {
  const written = { lagMs: lag, walPerSecond: wal, slotBytes: slots, oldestMs: transaction, waiting };
  const given = Object.entries(written).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return {
    limits: {
      lagMs: parseDuration(lag ?? DEFAULT_LAG),
      walPerSecond: wal === undefined ? null : parseSize(wal),
      slotBytes: slots === undefined ? null : parseSize(slots),
      oldestMs: transaction === undefined ? null : parseDuration(transaction),
      waiting: waiting ?? DEFAULT_WAITING,
    },
    given: new Set(given as (keyof typeof written)[]),
  };
}
