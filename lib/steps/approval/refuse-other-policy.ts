import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import type { RunRequest } from "../run/records.js";

/** The stack was updated while the run was at work. */
class PolicyChanged extends Error {
  override readonly name = "PolicyChanged";
}

/**
 * Throws `PolicyChanged` when the stack demands something else than when the run was loaded: its config was held to the
 * earlier policy, so nobody is asked by it.
 */
export function refuseOtherPolicy(ports: Pick<Ports, "policy">, request: RunRequest): void {
  if (digest([request.policy ?? null]) === digest([ports.policy ?? null])) return;
  throw new PolicyChanged("the policy of the stack has changed since the run was loaded; start a new run");
}
