import type { Attempt } from "../core/approval/decide.js";
import { capitalized } from "../core/capitalized.js";
import { recordDecision } from "../steps/approval/record-decision.js";
import type { ReviewDeps } from "./deps.js";
import { REFUSED_REQUESTS, type RefusedRequest, statusOf } from "./refused-request.js";

/**
 * A decision from any channel: recorded once, audited, and the run continued when the question is answered. Null if it counted, else why it
 * does not. The caller has verified that `attempt.name` is who they say.
 */
export async function decideOnce(
  deps: Pick<ReviewDeps, "approvals" | "settle" | "audit">,
  attempt: Attempt,
): Promise<RefusedRequest | null> {
  const { run, name, channel, verdict, reason, digest, at } = attempt;
  const recorded = await recordDecision(deps.approvals, attempt);
  if (recorded?.accepted) {
    await deps.audit({ kind: "decision", run, person: name, channel, verdict, reason, digest, at });
    if (recorded.state.status !== "pending") await deps.settle(run);
    return null;
  }
  const refusal: RefusedRequest =
    recorded === null
      ? REFUSED_REQUESTS["unknown-run"]
      : {
          code: recorded.code,
          status: statusOf(recorded.code),
          title: "This does not count",
          message: `${capitalized(recorded.message)}.`,
        };
  await deps.audit({ kind: "refusal", run, person: name, channel, code: refusal.code, message: refusal.message, at });
  // An earlier answer may have been recorded by a process that died before it could continue the run.
  if (recorded !== null && recorded.state.status !== "pending") await deps.settle(run);
  return refusal;
}
