import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { pgDatabase } from "../../../lib/adapters/pg/database.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { openReplica } from "../../../lib/steps/catalog/replica.js";
import { until } from "../../support/fleet.js";
import { query } from "../../support/query.js";
import { copyAsReplica, STREAMING, startReplica, untilCaughtUp } from "../../support/streaming-replica.js";

const TENANT = { id: "acme", group: null, host: "here", database: "postgres", schema: null };

/** A primary and a real streaming replica of it: a cold copy of its files that follows it. */
describe("a tenant's replica", () => {
  const root = mkdtempSync(join(scratchDirectory(2 ** 30), "schema-gate-replica-"));
  let primary: EmbeddedServer;
  let replica: EmbeddedServer;

  beforeAll(async () => {
    chmodSync(root, 0o755);
    const [first, second] = ["primary", "replica"].map((name) => join(root, name)) as [string, string];
    mkdirSync(first);
    const made = await startEmbeddedServer({ directory: first, settings: STREAMING });
    await made.stop();
    copyAsReplica(first, second);
    primary = await startEmbeddedServer({ directory: first, port: made.port, settings: STREAMING });
    replica = await startReplica(second, primary);
    await query(primary, "create table t (id int)");
    await untilCaughtUp(primary, replica);
  }, 60_000);
  afterAll(async () => {
    await replica.stop();
    await primary.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function opened() {
    const at = (server: EmbeddedServer) => endpointOf(server.url("postgres"));
    const database = pgDatabase({
      tenant: async () => ({ endpoint: at(primary), replica: at(replica) }),
      staging: null,
    });
    const { session, findings } = await openReplica(database, TENANT, { statementTimeout: 5000 });
    const [row] = await session.query<{ replica: boolean }>("select pg_is_in_recovery() as replica");
    await session.close();
    return { replica: row?.replica, findings: findings.map(({ code }) => code) };
  }

  it("is read while it follows, also when nothing happens on the primary", async () => {
    expect(await opened()).toEqual({ replica: true, findings: [] });
  });

  it("is not read when it does not replay what it receives: the primary is, and that is said", async () => {
    await query(replica, "select pg_wal_replay_pause()");
    await query(primary, "drop table t");
    await until(async () => (await opened()).findings.includes("introspect.replica-lag"), "the replica lags");
    expect(await opened()).toEqual({ replica: false, findings: ["introspect.replica-lag"] });
    await query(replica, "select pg_wal_replay_resume()");
    await untilCaughtUp(primary, replica);
    expect(await opened()).toEqual({ replica: true, findings: [] });
  }, 60_000);
});
