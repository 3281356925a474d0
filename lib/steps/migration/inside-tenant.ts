import type { Session } from "../../ports/database.js";
import type { SessionScope } from "./prepare-session.js";
import { readingInside } from "./reads-outside.js";
import { writingInside } from "./writes-outside.js";

/** Runs statements of others in their transaction, and throws `LeftTenant` if they read or changed what is not the tenant's and hid it. */
export function insideTenant<T>(
  session: Session,
  scope: SessionScope,
  statements: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  return readingInside(session, scope, statements, () => writingInside(session, scope, work));
}
