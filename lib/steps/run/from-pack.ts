import type { StackPolicy } from "../../core/policy/stack-policy.js";

/** What a request has from a signed pack and the stack that accepted it; absent on one machine. */
export interface FromPack {
  /** Who else took part in the change, and so cannot approve it. */
  readonly coauthors?: readonly string[] | undefined;
  /** The policy that the pack's config was checked against; `config` is what is in force. */
  readonly policy?: StackPolicy;
  /** Digest of the pack whose signature was verified. */
  readonly pack?: string;
}
