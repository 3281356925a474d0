import { z } from "zod";
import type { Capability } from "../core/approval/capability.js";
import { crossSite, csrfHolds } from "./csrf.js";
import { decideOnce } from "./decide-once.js";
import type { ReviewDeps } from "./deps.js";
import { isTurned, TURNED, type Turned } from "./turned.js";

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
  capability: Capability | Turned,
  submission: Submission,
): Promise<Turned | null> {
  const at = deps.clock.now();
  const form = isTurned(capability) ? capability : checkForm(deps, capability, submission);
  const model = isTurned(capability) || isTurned(form) ? null : await deps.model(capability.run);
  if (isTurned(capability) || isTurned(form) || model === null) {
    const turned = isTurned(form) ? form : TURNED["unknown-run"];
    // What an unsigned link says about its run or its holder is not trusted.
    const [run, person] = isTurned(capability) ? [null, null] : [capability.run, capability.person];
    const { code, message } = turned;
    await deps.audit({ kind: "refusal", run, person, channel: "link", code, message, at });
    return turned;
  }
  const { run, person, nonce } = capability;
  const { verdict, reason } = form;
  const digest = theSame([capability.digest, form.digest, model.digest]);
  return decideOnce(deps, { run, digest, name: person, channel: "link", verdict, reason: reason || null, nonce, at });
}

function checkForm(deps: ReviewDeps, capability: Capability, { headers, cookie, fields }: Submission): Form | Turned {
  if (crossSite(headers, deps.origin)) return TURNED["cross-site"];
  if (capability.scope !== "decide") return TURNED["view-only"];
  const form = formSchema.safeParse(fields);
  if (!form.success) return TURNED["bad-form"];
  return csrfHolds(form.data.csrf, deps.key, cookie, capability.nonce) ? form.data : TURNED.csrf;
}

/** What the link was made for, what the form showed and what the artifacts say now: one digest, or none that any request has. */
function theSame(digests: readonly [string, string, string]): string {
  return new Set(digests).size === 1 ? digests[0] : "changed";
}
