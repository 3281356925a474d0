import type { FaultFleet } from "./fault-fleet.js";
import { lookAt, type Seen } from "./tenant-check.js";

/** What came of the faults of one kind. A fault is one tenant that was struck, with its end state looked at afterwards. */
export interface Account {
  readonly kind: string;
  injected: number;
  /** Old, new, or on the way to new: what the struck tenants were before anything was repaired. */
  readonly struck: { old: number; new: number; between: number };
  twice: number;
  lost: number;
  unaudited: number;
  /** What was wrong, in words. */
  readonly wrong: string[];
}

export function account(kind: string): Account {
  return { kind, injected: 0, struck: { old: 0, new: 0, between: 0 }, twice: 0, lost: 0, unaudited: 0, wrong: [] };
}

export async function seeAll(fleet: FaultFleet, tenants = fleet.tenants): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const queue = [...tenants];
  const work = async () => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) seen.set(id, await fleet.inDatabase(id, lookAt));
  };
  await Promise.all([work(), work(), work(), work()]);
  return seen;
}

/** After the fault and before the repair: every tenant is old, new or resumable, and what the run says of it is true. */
export async function examine(fleet: FaultFleet, book: Account, struck: readonly string[]): Promise<void> {
  for (const [id, { kind, reason }] of await examineStates(fleet, book, struck)) {
    const said = fleet.progress(id)?.status ?? null;
    if (said === "migrated" && kind !== "new") book.wrong.push(`${id} is called migrated: ${reason}`);
    if (said === "failed" && kind !== "old") book.wrong.push(`${id} is called failed with nothing in it: ${reason}`);
  }
}

/** The same without what the run says: while it takes tenants back, it says so of each only at the end. */
export async function examineStates(
  fleet: FaultFleet,
  book: Account,
  struck: readonly string[],
): Promise<ReadonlyMap<string, Seen>> {
  const seen = await seeAll(fleet);
  for (const [id, { kind, reason, twice, lost }] of seen) {
    if (kind === "wrong") book.wrong.push(`${id} after the fault: ${reason}`);
    if (twice) book.twice += 1;
    if (lost) book.lost += 1;
    if (struck.includes(id) && kind !== "wrong") book.struck[kind] += 1;
  }
  book.injected += struck.length;
  return seen;
}

/** After a rollback: every tenant is as before the release, with its rows, and the run says so. */
export async function examineTakenBack(fleet: FaultFleet, book: Account): Promise<void> {
  for (const [id, { kind, reason, twice, lost }] of await seeAll(fleet)) {
    if (kind !== "old") book.wrong.push(`${id} taken back is ${kind}: ${reason}`);
    const said = fleet.progress(id)?.status ?? null;
    if (said !== "rolled back") book.wrong.push(`${id} taken back is called ${said}`);
    if (twice) book.twice += 1;
    if (lost) book.lost += 1;
  }
  if (fleet.outcome() !== "rolled back") book.wrong.push(`the run that was taken back ended as ${fleet.outcome()}`);
  await examineSeal(fleet, book);
}

/** The trail is whole, and signed over all that the run wrote. */
export async function examineSeal(fleet: FaultFleet, book: Account): Promise<void> {
  const { code, stdout, stderr } = await fleet.command(["audit", "verify", fleet.run()]);
  if (code !== 0) book.wrong.push(`the audit trail: ${(stdout + stderr).slice(0, 400)}`);
}

/** After the repair: every tenant has the release once, and the run says so. */
export async function examineEnd(fleet: FaultFleet, book: Account, tenants = fleet.tenants): Promise<void> {
  const seen = await seeAll(fleet, tenants);
  for (const [id, { kind, reason, twice, lost }] of seen) {
    if (kind !== "new") book.wrong.push(`${id} in the end is ${kind}: ${reason}`);
    const said = fleet.progress(id)?.status ?? null;
    if (said !== "migrated") book.wrong.push(`${id} in the end is called ${said}`);
    if (twice) book.twice += 1;
    if (lost) book.lost += 1;
  }
}

/** Every struck tenant is in the trail with its fault. */
export function examineTrail(fleet: FaultFleet, book: Account, struck: readonly string[]): void {
  const told = new Set(
    fleet.trail().flatMap(({ action, subject }) => (action === "fault.observed" ? [subject.name] : [])),
  );
  for (const id of struck) if (!told.has(id)) book.unaudited += 1;
}

/** Goes on until the run has a good end; one that overcame its faults by itself has it already. */
export async function repair(fleet: FaultFleet, book: Account): Promise<void> {
  if (fleet.outcome() === "passed" && (await fleet.isSealed())) return;
  const end = await fleet.command(["resume", "--json"]);
  if (end.code !== 0) book.wrong.push(`resume ended with ${end.code}: ${end.stderr.slice(-600)}`);
}

/** After a blow: the tenants that it struck, what the trail says of them, the repair by `resume` (once `undo` is done), and the end. */
export async function examineBlow(
  fleet: FaultFleet,
  book: Account,
  struck: readonly string[],
  undo: () => Promise<unknown> = async () => {},
): Promise<void> {
  await examine(fleet, book, struck);
  examineTrail(fleet, book, struck);
  await undo();
  await repair(fleet, book);
  await examineEnd(fleet, book);
}
