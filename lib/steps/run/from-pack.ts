import type { StackPolicy } from "../../core/policy/stack-policy.js";

/** What a request has of a signed pack and the stack that took it; absent on one machine. */
export interface FromPack {
  /** Who else has a part in the change, and so cannot approve it. */
  readonly coauthors?: readonly string[] | undefined;
  /** What the config of the pack was held to; `config` is what is in force. */
  readonly policy?: StackPolicy;
  /** Digest of the pack whose signature held. */
  readonly pack?: string;
}
