import type { Session } from "../../ports/database.js";
import { type LockWatch, withinLockTimeout } from "./lock-watch.js";
import type { SessionScope } from "./prepare-session.js";
import { stayInside } from "./stay-inside.js";

/**
 * Fires deferred triggers here instead of at the commit, where they are watched, with the release's search_path. Throws `LeftTenant` if one
 * leaves the tenant.
 */
export async function deferredInside(
  session: Session,
  scope: SessionScope,
  watch: LockWatch | undefined,
): Promise<void> {
  await withinLockTimeout(session, scope.settings, watch, () => session.execute("set constraints all immediate"));
  await stayInside(session, scope);
}
