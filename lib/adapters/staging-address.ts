import { type SnapshotAddress, snapshotKey } from "../core/staging/snapshot.js";
import type { Artifacts } from "../ports/artifacts.js";
import { DatabaseError } from "../ports/database.js";

/** The address of the copy that this run made of a host. Throws `DatabaseError` if there is none. */
export async function stagingAddress(artifacts: Artifacts, host: string): Promise<SnapshotAddress> {
  const address = await artifacts.get<SnapshotAddress>(snapshotKey(host));
  if (address === null)
    throw new DatabaseError(`the run has no copy of ${host} on which clones could be made`, "STAGING");
  return address;
}
