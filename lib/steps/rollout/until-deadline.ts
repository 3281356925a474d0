import { Interrupted, type Ports } from "../../ports/ports.js";

/** What a step of the rollout answers for its batch. */
export interface BatchOutput {
  readonly ok: boolean;
  readonly batch: string;
  /** True when what is left of the batch needs more time than this process has: the long task goes on with it. */
  readonly longRunning: boolean;
}

/** Null when the work was stopped by this process's own end, and goes on in one without it. Another stop is thrown on. */
export async function untilDeadline<T>(ports: Ports, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted && ports.deadline !== null) return null;
    throw error;
  }
}
