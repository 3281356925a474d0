import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedServer, startEmbeddedServer } from "../../lib/adapters/local/embedded-server.js";
import { until } from "./fleet.js";
import { query } from "./query.js";

/** What a primary must be started with. */
export const STREAMING = { wal_level: "replica", max_wal_senders: "5" };

const FLUSHED = `begin; set local synchronous_commit = on; select pg_logical_emit_message(true, 'test', 'written'); commit`;

/** Copies the files of a server that is stopped, so that the copy follows it. */
export function copyAsReplica(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
  writeFileSync(join(to, "data", "standby.signal"), "");
}

/** Starts the copy; `primary` has been started again at the same address. */
export function startReplica(
  directory: string,
  { host, port, user, password }: EmbeddedServer,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedServer> {
  const source = `host=${host} port=${port} user=${user} password=${password}`;
  return startEmbeddedServer({
    directory,
    settings: {
      ...STREAMING,
      ...settings,
      hot_standby: "on",
      wal_retrieve_retry_interval: "100ms",
      primary_conninfo: source,
    },
  });
}

/** Resolves when the replica follows the primary and has replayed all that it has written by now. */
export async function untilCaughtUp(primary: EmbeddedServer, replica: EmbeddedServer): Promise<void> {
  // A commit that waits for the disk takes those with it that did not.
  await query(primary, FLUSHED);
  const [now] = await query(primary, "select pg_current_wal_flush_lsn()::text as lsn");
  const behind = `select pg_last_wal_replay_lsn() >= '${now?.lsn}'::pg_lsn and exists (select from pg_stat_wal_receiver) as there`;
  await until(async () => (await query(replica, behind))[0]?.there === true, "the replica has caught up");
}
