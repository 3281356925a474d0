import { setTimeout as delay } from "node:timers/promises";
import { type Account, examineBlow } from "./account.js";
import type { FaultFleet } from "./fault-fleet.js";

/** Backends of the product's own that may write, with their databases. */
const WORKING = `select pid, datname as id from pg_stat_activity
  where application_name = 'schema-gate' and datname <> 'postgres' order by pid`;

interface Backend {
  readonly pid: number;
  readonly id: string;
}

type Blow = (fleet: FaultFleet, backends: readonly Backend[]) => Promise<void>;

/** kill -9 of one backend: the server ends every session, and recovers from its log. */
export const crash: Blow = async (_, [first]) => {
  if (first) process.kill(first.pid, "SIGKILL");
};

/** A fast shutdown and a start, as for a new minor version. */
export const restart: Blow = async (fleet) => {
  await fleet.server.stop();
  await fleet.startServer();
};

/** Strikes the server while tenants are migrated, later in each round, and resumes. */
export async function strikeServer(fleet: FaultFleet, book: Account, blow: Blow, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await fleet.restore();
    const run = fleet.command(["resume"]);
    let over = false;
    const end = run.finally(() => {
      over = true;
    });
    const struck = await whenWorking(fleet, round * 15, () => over, blow);
    await end;
    await examineBlow(fleet, book, struck);
  }
}

/** Waits until the rollout has sessions, then a little longer, and strikes. Returns the tenants that had one. */
async function whenWorking(
  fleet: FaultFleet,
  later: number,
  over: () => boolean,
  blow: Blow,
): Promise<readonly string[]> {
  return fleet.inDatabase("postgres", async (client) => {
    const working = async () => (await client.query<Backend>(WORKING)).rows;
    while (!over() && (await working()).length < 4) await delay(2);
    await delay(later);
    const backends = await working();
    await blow(fleet, backends);
    return [...new Set(backends.map(({ id }) => id))];
  });
}
