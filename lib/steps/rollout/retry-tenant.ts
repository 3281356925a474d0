import { type Config, milliseconds } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { isAway, ServerPatience } from "./server-patience.js";

/** Codes after which another try may succeed: lock timeout, deadlock, serialization. */
const AGAIN: ReadonlySet<string> = new Set(["55P03", "40P01", "40001"]);
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 20_000;
/** A server that is away is asked again at least this often. */
const LONGEST_SILENCE_MS = 2_000;

/** What the attempts at one tenant have met so far. */
export interface Attempt {
  attempts: number;
  lockWaitMs: number;
  readonly faults: string[];
}

/** How often, and for how long, a tenant is tried. */
export interface Persistence {
  /** Tries to get the locks. */
  readonly attempts: number;
  /** How long to wait for a server that is away. Milliseconds. */
  readonly waitForServer: number;
}

/** Only the latest faults are kept; a server that is away for minutes would fill the record. */
const MOST_FAULTS = 20;

/**
 * Retries while the database says that waiting helps, after a pause that doubles and is spread by the tenant's id, so that the tenants of a
 * wave do not all come back together. Waiting for an unreachable server is limited by time; a server that went away during the work counts
 * as an attempt, since the work may be what ends it. `work` says when it is connected. Whether an interrupted transaction was committed,
 * the next try reads from the ledger.
 */
export async function retryTenant<T>(
  ports: Ports,
  { id: tenant, host }: Pick<Tenant, "id" | "host">,
  { attempts, waitForServer }: Persistence,
  attempt: Attempt,
  work: (connected: () => void) => Promise<T>,
): Promise<T> {
  const patience = new ServerPatience(ports, host, waitForServer);
  for (let tries = 0; ; ) {
    attempt.attempts += 1;
    const started = ports.clock.monotonic();
    let connected = false;
    try {
      const result = await work(() => {
        connected = true;
        patience.answered();
      });
      patience.answered();
      return result;
    } catch (error) {
      if (error instanceof Error && attempt.faults.length < MOST_FAULTS) attempt.faults.push(describe(error));
      if (!(error instanceof DatabaseError)) throw error;
      const away = isAway(error.code);
      if (error.code === "55P03") attempt.lockWaitMs += Math.round(ports.clock.monotonic() - started);
      if (connected || !away) tries += 1;
      if (!(away ? patience.waits() : AGAIN.has(error.code)) || tries >= attempts) throw error;
      if (ports.stop.aborted) throw new Interrupted("stopped between two attempts");
      if (away) refuseLate(ports);
      const longest = away ? LONGEST_SILENCE_MS : LONGEST_WAIT_MS;
      const ceiling = Math.min(longest, FIRST_WAIT_MS * 2 ** (attempt.attempts - 1));
      await ports.clock.sleep(ceiling * (0.5 + spread(tenant, attempt.attempts) / 2), ports.stop);
    }
  }
}

/** A process that ends soon leaves the waiting to one that does not. */
function refuseLate({ clock, deadline }: Pick<Ports, "clock" | "deadline">): void {
  if (deadline !== null && clock.monotonic() + LONGEST_WAIT_MS > deadline)
    throw new Interrupted("the server does not answer, and this process ends before it may come back");
}

export function persistenceOf({ rollout }: Pick<Config, "rollout">): Persistence {
  return { attempts: rollout.attempts, waitForServer: milliseconds(rollout.waitForServer) };
}

/** With the code if the server or the driver gave one. */
export function describe(error: Error): string {
  return error instanceof DatabaseError ? `${error.message} [${error.code}]` : error.message;
}

/** 0…1, different for each tenant and attempt. */
function spread(tenant: string, attempt: number): number {
  return Number.parseInt(digest([tenant, attempt]).slice(0, 8), 16) / 2 ** 32;
}
