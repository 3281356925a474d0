import type { Session } from "../../ports/database.js";

/**
 * Keeps two runs from working on one tenant; checked again at every point from which something could be written. The dry run has none: its
 * clone is its own.
 */
export interface Guard {
  /**
   * Comes first in every transaction of a migration; holds until its end. False if somebody else did the migration's work in the meantime.
   * Throws `DatabaseError` if another session works on the tenant.
   */
  inside(session: Session, version: string): Promise<boolean>;
  /**
   * Before a migration's first statement outside a transaction, and again before each. False if somebody else did the work before the
   * tenant was ours. Throws `DatabaseError` if another session works on the tenant.
   */
  outside(session: Session, version: string): Promise<boolean>;
}
