import { Interrupted, type Ports } from "../../ports/ports.js";

/** What a step of the rollout returns for its batch. */
export interface BatchOutput {
  readonly ok: boolean;
  readonly batch: string;
  /** True when the rest of the batch needs more time than this process has: the long task continues with it. */
  readonly longRunning: boolean;
}

/** Null if the work stopped because this process is ending, and continues in one without that limit. Any other stop is rethrown. */
export async function untilDeadline<T>(ports: Ports, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted && ports.deadline !== null) return null;
    throw error;
  }
}
