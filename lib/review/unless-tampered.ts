import type { Channel } from "../core/approval/request.js";
import { TamperedError } from "../ports/tampered.js";
import type { ReviewDeps } from "./deps.js";
import { REFUSED_REQUESTS, type RefusedRequest } from "./refused-request.js";

/**
 * A decision, or the message shown when somebody else wrote into the run's approvals: then nothing counts. It is audited, and the run is
 * woken, so that it ends now and not when its time is up.
 */
export async function unlessTampered<T>(
  deps: Pick<ReviewDeps, "audit" | "settle" | "clock" | "failed">,
  run: string,
  channel: Channel,
  decide: () => Promise<T>,
): Promise<T | RefusedRequest> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof TamperedError)) throw error;
    deps.failed?.(error);
    const { code, message } = REFUSED_REQUESTS.tampered;
    await deps.audit({ kind: "refusal", run, person: null, channel, code, message, at: deps.clock.now() });
    await deps.settle(run);
    return REFUSED_REQUESTS.tampered;
  }
}
