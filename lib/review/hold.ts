import { z } from "zod";
import type { Capability } from "../core/approval/capability.js";
import { crossSite, csrfHolds } from "./csrf.js";
import type { ReviewDeps } from "./deps.js";
import { isRefusedRequest, REFUSED_REQUESTS, type RefusedRequest } from "./refused-request.js";
import type { Submission } from "./submit.js";

const csrf = z.string().max(128);
const formSchema = z.union([
  z.object({ hold: z.enum(["pause", "resume"]), csrf }),
  z.object({
    speed: z
      .string()
      .regex(/^([1-9]\d?|100)$/)
      .transform(Number),
    csrf,
  }),
]);

/** Whether a form holds a rollout, instead of deciding about it. */
export function isHold(fields: object): boolean {
  return "hold" in fields || "speed" in fields;
}

/**
 * Pauses or resumes a rollout or sets the speed of its backfills, for a person whose link may decide; or says why not. Null if it counted.
 * Refusals are audited here, what counts by the rollout itself.
 */
export async function holdRollout(
  deps: ReviewDeps,
  capability: Capability | RefusedRequest,
  submission: Submission,
): Promise<RefusedRequest | null> {
  const refusal = isRefusedRequest(capability) ? capability : await attempt(deps, capability, submission);
  if (refusal === null) return null;
  // What an unsigned link says about its run or its holder is not trusted.
  const [run, person] = isRefusedRequest(capability) ? [null, null] : [capability.run, capability.person];
  const { code, message } = refusal;
  await deps.audit({ kind: "refusal", run, person, channel: "link", code, message, at: deps.clock.now() });
  return refusal;
}

async function attempt(
  deps: ReviewDeps,
  { run, scope, person, nonce }: Capability,
  { headers, cookie, fields }: Submission,
): Promise<RefusedRequest | null> {
  if (crossSite(headers, deps.origin)) return REFUSED_REQUESTS["cross-site"];
  if (scope !== "decide") return REFUSED_REQUESTS["view-only"];
  const form = formSchema.safeParse(fields);
  if (!form.success) return REFUSED_REQUESTS["bad-form"];
  if (!csrfHolds(form.data.csrf, deps.key, cookie, nonce)) return REFUSED_REQUESTS.csrf;
  const model = await deps.model(run);
  if (deps.hold === undefined || model?.rollout?.status !== "running" || model.outcome !== null)
    return REFUSED_REQUESTS["not-rolling"];
  const { data } = form;
  await deps.hold(
    run,
    "speed" in data ? { speed: data.speed, by: person } : { paused: data.hold === "pause", by: person },
  );
  return null;
}
