import { digest } from "../../core/json.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";

/** Codes after which the transaction left nothing and another try may succeed: lock timeout, deadlock, serialization. */
const AGAIN: ReadonlySet<string> = new Set(["55P03", "40P01", "40001"]);
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 20_000;

/**
 * Tries again while the database says that waiting helps, after a pause that doubles and is spread by the tenant's id,
 * so that the tenants of a wave do not come back together.
 */
export async function keepTrying<T>(
  ports: Ports,
  tenant: string,
  attempts: number,
  attempt: { attempts: number; lockWaitMs: number },
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    attempt.attempts += 1;
    const started = ports.clock.monotonic();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || !AGAIN.has(error.code)) throw error;
      if (error.code === "55P03") attempt.lockWaitMs += Math.round(ports.clock.monotonic() - started);
      if (attempt.attempts >= attempts) throw error;
      if (ports.stop.aborted) throw new Interrupted("stopped between two attempts");
      const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt.attempts - 1));
      await ports.clock.sleep(ceiling * (0.5 + spread(tenant, attempt.attempts) / 2), ports.stop);
    }
  }
}

/** 0…1, different for each tenant and attempt. */
function spread(tenant: string, attempt: number): number {
  return Number.parseInt(digest([tenant, attempt]).slice(0, 8), 16) / 2 ** 32;
}
