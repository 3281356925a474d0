import { z } from "zod";
import type { Capability } from "../core/approval/capability.js";
import { crossSite, csrfHolds } from "./csrf.js";
import { decideOnce } from "./decide-once.js";
import type { ReviewDeps } from "./deps.js";
import { isRefusedRequest, REFUSED_REQUESTS, type RefusedRequest } from "./refused-request.js";

export interface Submission {
  readonly headers: { readonly get: (name: string) => string | null };
  readonly cookie: string;
  readonly fields: unknown;
}

const formSchema = z.object({
  verdict: z.enum(["approve", "reject"]),
  digest: z.string().max(128),
  csrf: z.string().max(128),
  reason: z.string().max(2000).default(""),
});

type Form = z.infer<typeof formSchema>;

/** Decides what the form says, or says why it does not count. Null if it counted. Both are audited. */
export async function submit(
  deps: ReviewDeps,
  capability: Capability | RefusedRequest,
  submission: Submission,
): Promise<RefusedRequest | null> {
  const at = deps.clock.now();
  const form = isRefusedRequest(capability) ? capability : checkForm(deps, capability, submission);
  const model = isRefusedRequest(capability) || isRefusedRequest(form) ? null : await deps.model(capability.run);
  if (isRefusedRequest(capability) || isRefusedRequest(form) || model === null) {
    const refusal = isRefusedRequest(form) ? form : REFUSED_REQUESTS["unknown-run"];
    // What an unsigned link says about its run or its holder is not trusted.
    const [run, person] = isRefusedRequest(capability) ? [null, null] : [capability.run, capability.person];
    const { code, message } = refusal;
    await deps.audit({ kind: "refusal", run, person, channel: "link", code, message, at });
    return refusal;
  }
  const { run, person, nonce } = capability;
  const { verdict, reason } = form;
  const digest = theSame([capability.digest, form.digest, model.digest]);
  return decideOnce(deps, { run, digest, name: person, channel: "link", verdict, reason: reason || null, nonce, at });
}

function checkForm(
  deps: ReviewDeps,
  capability: Capability,
  { headers, cookie, fields }: Submission,
): Form | RefusedRequest {
  if (crossSite(headers, deps.origin)) return REFUSED_REQUESTS["cross-site"];
  if (capability.scope !== "decide") return REFUSED_REQUESTS["view-only"];
  const form = formSchema.safeParse(fields);
  if (!form.success) return REFUSED_REQUESTS["bad-form"];
  return csrfHolds(form.data.csrf, deps.key, cookie, capability.nonce) ? form.data : REFUSED_REQUESTS.csrf;
}

/** What the link was made for, what the form showed and what the artifacts say now: one digest, or none that any request has. */
function theSame(digests: readonly [string, string, string]): string {
  return new Set(digests).size === 1 ? digests[0] : "changed";
}
