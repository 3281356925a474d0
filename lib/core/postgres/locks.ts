import type { LockMode } from "./lock-modes.js";

/**
 * The lock that a command takes on the table that it names, or on the other table where the key says which. Source: PostgreSQL manual, "Explicit
 * Locking" and the commands' pages; test/core/operations/measured.test.ts compares every operation with pg_locks.
 */
export const LOCKS = {
  /** Every form of ALTER TABLE without a line of its own, and RENAME and SET SCHEMA. */
  "alter table": "AccessExclusiveLock",
  "add foreign key": "ShareRowExclusiveLock",
  "add foreign key, referenced": "ShareRowExclusiveLock",
  "validate constraint": "ShareUpdateExclusiveLock",
  "validate constraint, referenced": "RowShareLock",
  "set statistics": "ShareUpdateExclusiveLock",
  "set column parameters": "ShareUpdateExclusiveLock",
  "set table parameters": "ShareUpdateExclusiveLock",
  "cluster on": "ShareUpdateExclusiveLock",
  "enable trigger": "ShareRowExclusiveLock",
  "inherit, parent": "ShareUpdateExclusiveLock",
  "attach partition": "ShareUpdateExclusiveLock",
  "attach partition, partition": "AccessExclusiveLock",
  "detach partition": "AccessExclusiveLock",
  "detach partition concurrently": "ShareUpdateExclusiveLock",
  "detach partition, partition": "AccessExclusiveLock",
  "default partition": "AccessExclusiveLock",
  "create table, like": "AccessShareLock",
  "create table, partitioned parent": "AccessExclusiveLock",
  "drop table": "AccessExclusiveLock",
  truncate: "AccessExclusiveLock",
  "create index": "ShareLock",
  "create index concurrently": "ShareUpdateExclusiveLock",
  "drop index": "AccessExclusiveLock",
  "drop index concurrently": "ShareUpdateExclusiveLock",
  reindex: "ShareLock",
  "reindex concurrently": "ShareUpdateExclusiveLock",
  cluster: "AccessExclusiveLock",
  vacuum: "ShareUpdateExclusiveLock",
  "vacuum full": "AccessExclusiveLock",
  analyze: "ShareUpdateExclusiveLock",
  "refresh materialized view": "AccessExclusiveLock",
  "refresh materialized view concurrently": "ExclusiveLock",
  "create trigger": "ShareRowExclusiveLock",
  "create rule": "AccessExclusiveLock",
  "create policy": "AccessExclusiveLock",
  /** ALTER and DROP of a trigger, rule or policy. */
  "alter object on table": "AccessExclusiveLock",
  "alter domain, table": "ShareLock",
  comment: "ShareUpdateExclusiveLock",
  "write rows": "RowExclusiveLock",
  "read rows": "AccessShareLock",
} as const satisfies Readonly<Record<string, LockMode>>;
