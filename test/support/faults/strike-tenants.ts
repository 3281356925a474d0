import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { type Account, examine, examineBlow, examineEnd } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";

const LOCK_MS = 700;

/** A session of the application holds a table: for a while in every second tenant, to the end in the others. */
export async function holdLocks(fleet: FaultFleet, book: Account): Promise<void> {
  await fleet.restore();
  const clients: pg.Client[] = [];
  const timers: Promise<void>[] = [];
  for (const [at, id] of fleet.tenants.entries()) {
    const client = await fleet.open(id);
    clients.push(client);
    await client.query("begin; lock table app.items in access share mode");
    if (at % 2 === 0) timers.push(delay(LOCK_MS).then(() => client.query("rollback").then(() => {})));
  }
  await fleet.command(["resume"]);
  await Promise.all(timers);
  await Promise.all(clients.map((client) => client.end()));
  const harmed = struck(fleet);
  await examineBlow(fleet, book, harmed);
}

/** Only a tenant whose migration met the lock counts: another's turn came when it was released. */
function struck(fleet: FaultFleet): readonly string[] {
  return fleet.tenants.filter((id) => (fleet.progress(id)?.faults.length ?? 0) > 0);
}

/** A session that takes the migration's two tables in the other order. */
export async function deadlock(fleet: FaultFleet, book: Account): Promise<void> {
  await fleet.restore();
  let over = false;
  const rivals = fleet.tenants.map(async (id) => {
    const client = await fleet.open(id);
    try {
      await client.query("begin; lock table app.marks in share row exclusive mode");
      const waiting = "select from pg_locks where not granted and relation = 'app.marks'::regclass";
      while (!over && (await client.query(waiting)).rowCount === 0) await delay(2);
      // Whichever of the two the server ends: the other goes on.
      await client.query("lock table app.items in share row exclusive mode; rollback").catch(() => {});
    } finally {
      await client.end();
    }
  });
  await delay(0);
  await fleet.command(["resume"]);
  over = true;
  await Promise.all(rivals);
  const harmed = struck(fleet);
  await examineBlow(fleet, book, harmed);
}

/** Somebody changes every third tenant by hand between approval and apply. They are refused, and let in once it is undone. */
export async function drift(fleet: FaultFleet, book: Account): Promise<void> {
  await fleet.restore();
  const struck = fleet.tenants.filter((_, at) => at % 3 === 0);
  const each = (sql: string) => Promise.all(struck.map((id) => fleet.inDatabase(id, (client) => client.query(sql))));
  await each("alter table app.items add column rogue int");
  await fleet.command(["resume"]);
  for (const id of struck) {
    const said = fleet.progress(id);
    if (said?.status === "migrated" || !said?.message?.includes("changed since the approval"))
      book.wrong.push(`${id} was not refused: ${JSON.stringify(said)}`);
  }
  await examineBlow(fleet, book, struck, () => each("alter table app.items drop column rogue"));
}

/** The databases of some tenants are gone when their turn comes; made again as they were, they get the release. */
export async function dropped(fleet: FaultFleet, book: Account): Promise<void> {
  await fleet.restore();
  const struck = fleet.tenants.filter((_, at) => at % 4 === 1);
  await fleet.inDatabase("postgres", async (client) => {
    for (const id of struck) await client.query(`drop database ${id} with (force)`);
  });
  await fleet.command(["resume"]);
  for (const id of struck) {
    const said = fleet.progress(id);
    if (said?.status !== "unknown" || !said.message?.includes("does not exist"))
      book.wrong.push(`${id} was dropped, and the run says ${JSON.stringify(said)}`);
  }
  await fleet.inDatabase("postgres", async (client) => {
    for (const id of struck) await client.query(`create database ${id}`);
  });
  await fleet.reset(struck);
  await examineBlow(fleet, book, struck);
}

/** Tenants that the registry lists only after the approval: named in a finding, never touched. */
export async function joined(fleet: FaultFleet, book: Account): Promise<void> {
  const all = fleet.tenants;
  const late = all.filter((_, at) => at % 4 === 2);
  const early = all.filter((id) => !late.includes(id));
  await fleet.clear();
  fleet.writeRegistry(early);
  await fleet.approve();
  fleet.writeRegistry(all);
  await fleet.command(["resume"]);
  const findings = fleet.findings("joined");
  for (const id of late)
    if (!findings.some((finding) => finding.tenants?.includes(id)))
      book.wrong.push(`${id} joined, and nobody was told`);
  await examine(fleet, book, late);
  for (const id of late) if (fleet.progress(id) !== null) book.wrong.push(`${id} joined late and was touched`);
  await examineEnd(fleet, book, early);
  fleet.writeRegistry(all);
}
