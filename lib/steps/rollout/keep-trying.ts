import { digest } from "../../core/json.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";

/**
 * Codes after which another try may succeed: lock timeout, deadlock, serialization, and a connection that was cut or
 * refused while a server restarts. Whether a cut transaction was committed is read from the ledger by the next try.
 */
const AGAIN: ReadonlySet<string> = new Set([
  ...["55P03", "40P01", "40001"],
  ...["08000", "08001", "08003", "08004", "08006", "57P01", "57P02", "57P03"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"],
]);
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 20_000;

/** What the attempts at one tenant have met so far. */
export interface Attempt {
  attempts: number;
  lockWaitMs: number;
  readonly faults: string[];
}

/**
 * Tries again while the database says that waiting helps, after a pause that doubles and is spread by the tenant's id,
 * so that the tenants of a wave do not come back together.
 */
export async function keepTrying<T>(
  ports: Ports,
  tenant: string,
  attempts: number,
  attempt: Attempt,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    attempt.attempts += 1;
    const started = ports.clock.monotonic();
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error) attempt.faults.push(describe(error));
      if (!(error instanceof DatabaseError) || !AGAIN.has(error.code)) throw error;
      if (error.code === "55P03") attempt.lockWaitMs += Math.round(ports.clock.monotonic() - started);
      if (attempt.attempts >= attempts) throw error;
      if (ports.stop.aborted) throw new Interrupted("stopped between two attempts");
      const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt.attempts - 1));
      await ports.clock.sleep(ceiling * (0.5 + spread(tenant, attempt.attempts) / 2), ports.stop);
    }
  }
}

/** With the code where the server or the driver gave one. */
export function describe(error: Error): string {
  return error instanceof DatabaseError ? `${error.message} [${error.code}]` : error.message;
}

/** 0…1, different for each tenant and attempt. */
function spread(tenant: string, attempt: number): number {
  return Number.parseInt(digest([tenant, attempt]).slice(0, 8), 16) / 2 ** 32;
}
