import { UsageError } from "../../api/usage-error.js";
import type { Artifacts } from "../../ports/artifacts.js";
import { artifact, type TenantProgress } from "../../steps/run/records.js";

/** The tenants that a run left without the release because something failed there. Throws `UsageError` if there are none. */
export async function failedOf(run: string, artifacts: Artifacts): Promise<readonly string[]> {
  const keys = await artifacts.list("tenants");
  const said = await Promise.all(keys.map((key) => artifacts.get<TenantProgress>(key)));
  const failed = said.flatMap((one) => (one?.status === "failed" || one?.status === "unknown" ? [one.tenant] : []));
  if (failed.length === 0)
    throw new UsageError(
      `no tenant failed in the run ${run}`,
      (await artifacts.has(artifact.waves)) ? `schema-gate status ${run}` : "schema-gate run",
    );
  return failed;
}
