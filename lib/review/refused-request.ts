import { type Capability, readCapability } from "../core/approval/capability.js";
import type { RefusalCode } from "../core/approval/decide.js";
import type { RefusedRequestCode, ReviewDeps } from "./deps.js";

/** Why a request goes no further, in words for the person who sent it. */
export interface RefusedRequest {
  readonly code: RefusalCode | RefusedRequestCode;
  readonly status: 400 | 403 | 404 | 409 | 410 | 422;
  readonly title: string;
  readonly message: string;
}

export const REFUSED_REQUESTS = {
  "no-capability": refusal(
    "no-capability",
    403,
    "A link is needed",
    "Open this page with the link that was sent to you.",
  ),
  malformed: refusal("malformed", 403, "This link is not whole", "Copy the whole link, or ask for a new one."),
  forged: refusal(
    "forged",
    403,
    "This link does not open this run",
    "It was made for another run, or not by us. Ask for a new one.",
  ),
  expired: refusal("expired", 410, "This link has expired", "The time to decide is over. Start a new run."),
  "view-only": refusal(
    "view-only",
    403,
    "This link only shows the page",
    "Decide with the link that was sent to you as an approver.",
  ),
  "cross-site": refusal(
    "cross-site",
    403,
    "Not sent from this page",
    "A decision counts only when it is sent from this page.",
  ),
  csrf: refusal("csrf", 403, "Not sent from this page", "Open the link again, allow its cookie, and decide there."),
  "bad-form": refusal("bad-form", 400, "The form is not complete", "Open the link again and decide there."),
  "unknown-run": refusal("unknown-run", 404, "There is nothing to decide", "The run asks for no approval."),
  "not-rolling": refusal(
    "not-rolling",
    409,
    "There is nothing to pause",
    "The rollout is not at work. Open the link again to see where it stands.",
  ),
  "state-changed": refusal(
    "state-changed",
    409,
    "What you saw has changed",
    "The schemas, rows, plans or config are no longer those that were to be approved. Start a new run.",
  ),
  tampered: refusal(
    "tampered",
    409,
    "The record of this run was changed",
    "Somebody else wrote into what is kept of its approvals, so none counts. Start a new run.",
  ),
} as const;

function refusal(
  code: RefusedRequest["code"],
  status: RefusedRequest["status"],
  title: string,
  message: string,
): RefusedRequest {
  return { code, status, title, message };
}

/** The capability of a link, or why it opens nothing. */
export async function capabilityOf(
  deps: ReviewDeps,
  run: string,
  token: string | undefined,
): Promise<Capability | RefusedRequest> {
  if (token === undefined || token === "") return REFUSED_REQUESTS["no-capability"];
  const record = await deps.approvals.read(run);
  const reading = readCapability(token, record?.request ?? null, deps.key, deps.clock.now());
  if (reading.ok) return reading.capability;
  // The time to decide is over, but not the rollout that was decided: whoever approved it may follow it to its end.
  if (reading.reason === "expired" && (await isRollingOut(deps, run))) return reading.capability;
  return REFUSED_REQUESTS[reading.reason];
}

async function isRollingOut(deps: ReviewDeps, run: string): Promise<boolean> {
  const model = await (deps.live ?? deps.model)(run);
  return model !== null && model.rollout !== null && model.outcome === null;
}

export function isRefusedRequest(outcome: object): outcome is RefusedRequest {
  return "title" in outcome;
}

/** The HTTP status of a decision that the rules refused. */
export function statusOf(code: RefusalCode): 403 | 409 | 410 | 422 {
  switch (code) {
    case "expired":
      return 410;
    case "reason-missing":
      return 422;
    case "replayed":
    case "closed":
    case "digest-mismatch":
    case "already-decided":
      return 409;
    default:
      return 403;
  }
}
