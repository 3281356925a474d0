import { setTimeout as delay } from "node:timers/promises";
import { approvalState } from "../../core/approval/decide.js";
import type { Ports } from "../../ports/ports.js";

/** Whoever brings the answer to an approval while the run waits for it. */
export interface Approver {
  /** True when there is a decision (whatever it is) or the time is over; false to leave the run waiting and end. */
  wait(ports: Ports, stop: AbortSignal): Promise<boolean>;
}

const POLL_MS = 250;

/** Whether the question is answered, or its time is over. */
export async function isDecided(ports: Ports): Promise<boolean> {
  const record = await ports.approvals.read(ports.run);
  return record !== null && approvalState(record.request, record.entries, ports.clock.now()).status !== "pending";
}

/** Waits until the approvals hold a decision, from whichever channel and process it came. */
export async function untilDecided(ports: Ports, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await isDecided(ports)) return true;
    await delay(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
  return false;
}
