import type { Session } from "../../ports/database.js";
import { type LockWatch, withinLockTimeout } from "./lock-watch.js";
import type { SessionScope } from "./prepare-session.js";
import { stayInside } from "./stay-inside.js";

/**
 * What a deferred trigger would do at the commit it does here, where it is watched, and with the search_path of the release. Throws `LeftTenant`
 * where it leaves the tenant.
 */
export async function deferredInside(
  session: Session,
  scope: SessionScope,
  watch: LockWatch | undefined,
): Promise<void> {
  await withinLockTimeout(session, scope.settings, watch, () => session.execute("set constraints all immediate"));
  await stayInside(session, scope);
}
