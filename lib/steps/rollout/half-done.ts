import { isInBatches } from "../../core/undo/keep/in-batches.js";
import type { Session } from "../../ports/database.js";
import { RollbackImpossible } from "../migration/apply-rollback.js";
import { versionsBegun } from "../migration/progress.js";
import type { TenantContext } from "./tenant-context.js";

/**
 * Backfills of the release that stopped halfway in a tenant: what their batches kept is given back like that of a whole one. For any other
 * half-done migration, whose schema need not show it, no way back is proved: throws `RollbackImpossible`.
 */
export async function halfDone(
  session: Session,
  { tenant, cluster, release, rollbacks }: TenantContext,
  applied: ReadonlySet<string>,
): Promise<readonly string[]> {
  const begun = await versionsBegun(session, cluster.pending, tenant.schema);
  const half = cluster.pending.filter((version) => begun.has(version) && !applied.has(version));
  return half.filter((version) => {
    const migration = release.migrations.find((each) => each.version === version);
    const batched = migration?.up.backfill !== undefined;
    if (batched && rollbacks.get(version)?.statements.some(isInBatches)) return true;
    // A part that was only begun has left nothing, or something that the schema shows.
    if (!batched && begun.get(version) === "started") return false;
    throw new RollbackImpossible(`${version} is half done, and its rollback is for the whole: finish it first`);
  });
}
