import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ended } from "../fleet.js";
import { type Account, seeAll } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";

const CLI = "dist/bin/schema-gate.js";

/** Two runs of two folders, which know nothing of each other, both approved, both let loose at once. */
export async function twoRuns(fleet: FaultFleet, book: Account, rounds: number): Promise<void> {
  const other = await otherFolder(fleet);
  for (let round = 0; round < rounds; round += 1) {
    await fleet.restore();
    await fleet.restore(other);
    const first = ended(fleet.start(CLI, ["resume"]));
    const second = ended(fleet.start(CLI, ["resume"], other));
    await Promise.all([first, second]);
    await judge(fleet, book, [fleet.directory, other]);
    // What one of them could not do because of the other it does when it is alone.
    for (const folder of [fleet.directory, other]) await fleet.command(["resume"], folder);
    for (const [id, { kind, reason }] of await seeAll(fleet))
      if (kind !== "new") book.wrong.push(`${id} in the end is ${kind}: ${reason}`);
  }
}

/** One run takes the release back while another, approved on the tenants as they were, brings it. */
export async function rolloutDuringRollback(fleet: FaultFleet, book: Account, rounds: number): Promise<void> {
  const other = await otherFolder(fleet);
  for (let round = 0; round < rounds; round += 1) {
    await fleet.restore();
    await fleet.restore(other);
    await fleet.command(["resume"]);
    const back = ended(fleet.start(CLI, ["rollback", fleet.run(), "--yes"]));
    const forth = ended(fleet.start(CLI, ["resume"], other));
    await Promise.all([back, forth]);
    await judge(fleet, book, []);
  }
}

/** Every tenant was fought over, so every tenant counts. */
async function judge(fleet: FaultFleet, book: Account, claims: readonly string[]): Promise<void> {
  for (const [id, { kind, reason, twice, lost }] of await seeAll(fleet)) {
    book.injected += 1;
    if (kind === "wrong") book.wrong.push(`${id} after two runs: ${reason}`);
    else book.struck[kind] += 1;
    if (twice) book.twice += 1;
    if (lost) book.lost += 1;
    for (const folder of claims)
      if (fleet.progress(id, folder)?.status === "migrated" && kind !== "new")
        book.wrong.push(`${id} is called migrated: ${reason}`);
  }
}

async function otherFolder(fleet: FaultFleet): Promise<string> {
  const folder = join(fleet.directory, "other");
  mkdirSync(folder, { recursive: true });
  fleet.writeRegistry(fleet.tenants, folder);
  fleet.writeConfig({}, folder);
  await fleet.clear(folder);
  await fleet.approve(folder);
  return folder;
}
