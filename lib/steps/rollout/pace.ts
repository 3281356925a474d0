import { Interrupted, type Ports } from "../../ports/ports.js";
import type { BackfillPace } from "../migration/apply-backfill.js";
import { untilFree } from "./hold.js";
import type { TenantContext } from "./tenant-context.js";

/** What is left to a process that ends must be enough for one more batch. */
const ENOUGH_MS = 20_000;
/** A person who pauses is heard so soon; each time two small files are read. */
const ASK_EVERY_MS = 500;

/** Between the batches of one tenant: stops where the run is asked to, or this process ends, and waits while it is held. */
export function paceOf(ports: Ports, { config, group }: TenantContext): BackfillPace {
  let asked = Number.NEGATIVE_INFINITY;
  return {
    async between() {
      const now = ports.clock.monotonic();
      if (ports.stop.aborted) throw new Interrupted("stopped between two batches of a backfill");
      if (ports.deadline !== null && now + ENOUGH_MS > ports.deadline)
        throw new Interrupted("this process ends before the backfill does; the next goes on from its cursor");
      if (now - asked < ASK_EVERY_MS) return;
      asked = now;
      await untilFree(ports, config, group);
    },
  };
}
