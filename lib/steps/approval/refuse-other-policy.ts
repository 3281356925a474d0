import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";
import { writtenRequest } from "../run/stored-request.js";

/** The stack was updated during the run. */
class PolicyChanged extends Error {
  override readonly name = "PolicyChanged";
}

/**
 * Throws `PolicyChanged` when the stack's policy is not the one the run was loaded under: its config was checked against the earlier
 * policy, so nobody is asked. Throws `TamperedError` as `refuseChangedRequest` does.
 */
export async function refuseOtherPolicy(ports: Pick<Ports, "policy" | "run" | "artifacts" | "audit">): Promise<void> {
  const request = await writtenRequest(ports);
  if (digest([request.policy ?? null]) !== digest([ports.policy ?? null]))
    throw new PolicyChanged("the policy of the stack has changed since the run was loaded; start a new run");
  await refuseChangedRequest(ports);
}

/**
 * Throws `TamperedError` when, by the trail, the request is not the one that was loaded. On one machine, which has no policy besides the
 * config, the run's folder is checked in another way.
 */
export async function refuseChangedRequest(
  ports: Pick<Ports, "policy" | "run" | "artifacts" | "audit">,
): Promise<void> {
  if ((ports.policy ?? null) === null) return;
  const { requester, startedBy = null, coauthors = [], config } = await writtenRequest(ports);
  const begun = (await ports.audit.events()).findLast(({ action }) => action === "run.started");
  const loaded = begun?.details ?? {};
  const said = [begun?.actor ?? null, loaded.startedBy ?? null, loaded.coauthors ?? [], loaded.config ?? null];
  if (digest(said) === digest([requester, startedBy, coauthors, digest(config)])) return;
  throw new TamperedError(
    `the request of the run ${ports.run} was changed since it was loaded; find out who wrote there, then start a new run`,
  );
}
