import { type Account, examine, examineEnd, examineTrail, repair } from "./account.js";
import type { Cut, CutMode } from "./cutting-proxy.js";
import type { FaultFleet } from "./fault-fleet.js";

/** Statements at which a connection is cut, by what the client's message contains. */
const PLACES: readonly RegExp[] = [
  /begin isolation level/,
  /alter table app\.items/,
  /insert into app\.marks/,
  /update app\.items/,
  /create index items_n/,
  /INSERT INTO "schema_gate"\."ledger"/,
  /commit/,
  /create index concurrently/,
  /"schema_gate"\."progress" values/,
  /"schema_gate"\."lease" as l/,
  /delete from "schema_gate"\."lease"/,
];
const MODES: readonly CutMode[] = ["before", "after", "answered"];

/** Every place in every way: one tenant each. `times` more than the attempts means that the line stays dead. */
export async function cutConnections(fleet: FaultFleet, book: Account, times: number, offset = 0): Promise<void> {
  const kinds = PLACES.flatMap((pattern) => MODES.map((mode) => ({ pattern, mode })));
  const cuts = fleet.tenants.map((database, at): Cut => {
    const kind = kinds[(at + offset) % kinds.length];
    if (!kind) throw new Error("there is no kind of cut");
    return { database, times, ...kind };
  });
  await fleet.restore();
  fleet.proxy.cut(cuts);
  await fleet.command(["resume"]);
  const struck = [...fleet.proxy.done.keys()];
  fleet.proxy.cut([]);
  await examine(fleet, book, struck);
  // The last message of all changes nothing: a tenant may be finished when it is cut there, and has met no fault.
  const unharmed = new Set(
    cuts.filter(({ pattern }) => pattern.source.includes("delete from")).map((cut) => cut.database),
  );
  examineTrail(
    fleet,
    book,
    struck.filter((id) => !unharmed.has(id)),
  );
  await repair(fleet, book);
  await examineEnd(fleet, book);
}
