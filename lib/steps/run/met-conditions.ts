import type { Config } from "../../core/config/config.js";
import type { MetCondition } from "../../core/rewrite/plan-findings.js";
import type { Ports } from "../../ports/ports.js";

/** What the config says about contract steps, and at what time. */
export function metConditions(
  { plans }: Config,
  { clock }: Pick<Ports, "clock">,
): { readonly met: readonly MetCondition[]; readonly now: number } {
  return { met: plans.met.map((each) => ({ ...each, expires: Date.parse(each.expires) })), now: clock.now() };
}
