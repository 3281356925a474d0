import type { LockMode } from "../../core/postgres/lock-modes.js";

/** What other sessions cannot do while a lock is held. */
export type Stop = "all" | "writes" | "upkeep" | "none";

/** By the table of conflicting lock modes (PostgreSQL manual, "Explicit Locking"). */
const STOPS: Readonly<Record<LockMode, Stop>> = {
  AccessShareLock: "none",
  RowShareLock: "none",
  RowExclusiveLock: "none",
  ShareUpdateExclusiveLock: "upkeep",
  ShareLock: "writes",
  ShareRowExclusiveLock: "writes",
  ExclusiveLock: "writes",
  AccessExclusiveLock: "all",
};

export const STOP_WORDS: Readonly<Record<Stop, string>> = {
  all: "stops reads and writes",
  writes: "stops writes",
  upkeep: "stops VACUUM and other DDL",
  none: "stops nobody",
};

export function stopOf(mode: LockMode): Stop {
  return STOPS[mode];
}

export function stopsAnyone(mode: LockMode): boolean {
  return STOPS[mode] !== "none";
}
