import { setTimeout as delay } from "node:timers/promises";
import { type ApprovalState, approvalState } from "../../core/approval/decide.js";
import type { Ports } from "../../ports/ports.js";

/** Brings the answer to an approval while the run waits for it. */
export interface Approver {
  /** Opens the page of a run that goes on; nothing where it was not approved. */
  show(ports: Ports): Promise<void>;
  /** True if there is a decision (whatever it is) or the time is over; false to leave the run waiting and end. */
  wait(ports: Ports, stop: AbortSignal): Promise<boolean>;
  /** Closes what was opened for people: after the report is written and before the trail is sealed, or when the run stops. */
  end(): Promise<void>;
}

const POLL_MS = 250;

/** Whether the question is answered, or its time is up. */
export async function isDecided(ports: Ports): Promise<boolean> {
  const status = await statusOf(ports);
  return status !== null && status !== "pending";
}

export async function isApproved(ports: Ports): Promise<boolean> {
  return (await statusOf(ports)) === "approved";
}

/** Null if nothing was asked. */
async function statusOf(ports: Ports): Promise<ApprovalState["status"] | null> {
  const record = await ports.approvals.read(ports.run);
  return record && approvalState(record.request, record.entries, ports.clock.now()).status;
}

/** Waits until the approvals contain a decision, from whichever channel and process it came. */
export async function untilDecided(ports: Ports, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await isDecided(ports)) return true;
    await delay(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
  return false;
}
