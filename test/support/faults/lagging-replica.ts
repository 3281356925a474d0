import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { EmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { query } from "../query.js";
import { copyAsReplica, STREAMING, startReplica, untilCaughtUp } from "../streaming-replica.js";
import { type Account, examine, examineBlow, examineEnd } from "./account.js";
import { FaultFleet, SETTINGS } from "./fault-fleet.js";
import { writeMigrations } from "./fault-release.js";

/** Beyond this the gates read the primary and say so. */
const REPLICA_LAG = "interval '10.5 seconds'";
const LAGS = `select clock_timestamp() - pg_last_xact_replay_timestamp() > ${REPLICA_LAG} as lags`;

/** A fleet whose tenants all have a replica, on a real streaming copy of their server. */
export interface ReplicatedFleet {
  readonly fleet: FaultFleet;
  readonly replica: EmbeddedServer;
  destroy(): Promise<void>;
}

export async function replicatedFleet(count: number): Promise<ReplicatedFleet> {
  const fleet = await FaultFleet.create(count, writeMigrations, STREAMING);
  const place = join(fleet.directory, "replica");
  await fleet.server.stop();
  copyAsReplica(join(fleet.directory, "server"), place);
  await fleet.startServer();
  const replica = await startReplica(place, fleet.server, SETTINGS);
  fleet.replica = replica.port;
  fleet.writeRegistry();
  fleet.writeConfig();
  return {
    fleet,
    replica,
    async destroy() {
      await replica.stop();
      await fleet.destroy();
    },
  };
}

/**
 * The replica stops replaying while it goes on receiving: just before the gates read it, so that they see tenants as they no
 * longer are; so long before that they notice; and between the approval and the rollout. Somebody changes every third
 * tenant meanwhile, which only the primary knows.
 */
export async function replicaLag(replicated: ReplicatedFleet, book: Account): Promise<void> {
  await staleReading(replicated, book);
  await knownLag(replicated, book);
  await lagAfterApproval(replicated, book);
}

async function staleReading({ fleet, replica }: ReplicatedFleet, book: Account): Promise<void> {
  await fleet.clear();
  await hold(fleet, replica);
  await change(fleet, "add column rogue int");
  await fleet.approve();
  await refused(fleet, book);
  await letGo(fleet, replica);
}

async function lagAfterApproval({ fleet, replica }: ReplicatedFleet, book: Account): Promise<void> {
  await fleet.clear();
  await untilCaughtUp(fleet.server, replica);
  await fleet.approve();
  await hold(fleet, replica);
  await change(fleet, "add column rogue int");
  await refused(fleet, book);
  await letGo(fleet, replica);
}

/** Each tenant's replica is seen to lag: the primaries are read, every tenant is migrated, and the trail says it. */
async function knownLag({ fleet, replica }: ReplicatedFleet, book: Account): Promise<void> {
  await fleet.clear();
  await hold(fleet, replica);
  await fleet.inDatabase("postgres", (client) => client.query("create table later ()"));
  while ((await query(replica, LAGS))[0]?.lags !== true) await delay(100);
  await fleet.approve();
  await fleet.command(["resume"]);
  const late = fleet.trail().find(({ action, subject }) => action === "fault.observed" && subject.kind === "host");
  const told = new Set(late?.details.tenants ?? []);
  for (const id of fleet.tenants) if (!told.has(id)) book.unaudited += 1;
  await examine(fleet, book, fleet.tenants);
  await examineEnd(fleet, book);
  await letGo(fleet, replica);
  await fleet.inDatabase("postgres", (client) => client.query("drop table later"));
}

/** What the gates saw is no longer so: those tenants are refused, and let in once the change is undone. */
async function refused(fleet: FaultFleet, book: Account): Promise<void> {
  const struck = changed(fleet);
  await fleet.command(["resume"]);
  for (const id of struck)
    if (!fleet.progress(id)?.message?.includes("changed since the approval"))
      book.wrong.push(`${id} was not refused: ${JSON.stringify(fleet.progress(id))}`);
  await examineBlow(fleet, book, struck, () => change(fleet, "drop column rogue"));
}

function changed(fleet: FaultFleet): readonly string[] {
  return fleet.tenants.filter((_, at) => at % 3 === 1);
}

async function change(fleet: FaultFleet, what: string): Promise<void> {
  const sql = `alter table app.items ${what}`;
  await Promise.all(changed(fleet).map((id) => fleet.inDatabase(id, (client) => client.query(sql))));
}

async function hold(fleet: FaultFleet, replica: EmbeddedServer): Promise<void> {
  await untilCaughtUp(fleet.server, replica);
  await query(replica, "select pg_wal_replay_pause()");
}

async function letGo(fleet: FaultFleet, replica: EmbeddedServer): Promise<void> {
  await query(replica, "select pg_wal_replay_resume()");
  await untilCaughtUp(fleet.server, replica);
}
