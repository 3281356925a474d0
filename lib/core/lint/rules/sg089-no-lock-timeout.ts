import { refusedInTransaction } from "../../postgres/transactionality.js";
import { LOCKING_KINDS, type TableLock } from "../table-locks.js";
import { ALL_VERSIONS, type Rule, tableName } from "./rule.js";
import { strongLocks } from "./support/existing-table-lock.js";
import { timeSetting } from "./support/settings.js";

const LONGEST = 60_000;

export const noLockTimeout: Rule = {
  id: "SG089",
  slug: "no-lock-timeout",
  title: "A strong lock without lock_timeout",
  condition:
    "The first statement of a file that takes SHARE or more on an existing table, while the file has not set lock_timeout, or to 0 or more than a minute. Not reported where the runner sets it.",
  effect:
    "The statement waits for every open query of the table, however long that runs, and everything that comes later waits behind it: a millisecond change becomes an outage.",
  workaround: "SET lock_timeout to a few seconds before it, and retry.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: LOCKING_KINDS,
  when: ({ lockTimeoutSet }) => !lockTimeoutSet,
  *check(statement, known) {
    if (known.strongLocksBefore(statement).length > 0) return;
    const [lock] = strongLocks(statement, known);
    if (!lock || refusedInTransaction(statement)) return;
    const setting = timeSetting("lock_timeout", statement, known);
    const milliseconds = setting?.milliseconds;
    if (setting && milliseconds === null) return;
    if (milliseconds && milliseconds > 0 && milliseconds <= LONGEST) return;
    const why = !setting ? "is not set" : milliseconds === 0 ? "is 0" : `is ${setting.text}`;
    yield {
      statement,
      subject: { kind: "table", name: tableName(lock.table) },
      message: `lock_timeout ${why}: ${queueBehind(lock)}.`,
      remedy: {
        text: "Set it before the first such statement, and retry when it expires.",
        sql: "SET lock_timeout = '2s';",
      },
    };
  },
};

/** Only ACCESS EXCLUSIVE waits for reading queries, and makes them wait. */
function queueBehind({ table, mode }: TableLock): string {
  const name = tableName(table);
  return mode === "AccessExclusiveLock"
    ? `behind one long query of ${name} this statement waits, and every later query waits behind it`
    : `behind one open transaction that wrote to ${name} this statement waits, and every later write waits behind it`;
}
