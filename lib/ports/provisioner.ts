import type { Session, SessionOptions } from "./database.js";
import type { Tenant } from "./registry.js";

/** A place for a tenant that does not bear its name yet, so that nobody finds it half made. */
export interface NewPlace {
  /** As the role that changes the tenant. */
  open(options: SessionOptions): Promise<Session>;
  /** Nobody is connected any more: from now on it is the tenant's. Throws `DatabaseError`. */
  finish(): Promise<void>;
  /** Removes what is not finished; nothing after that. Throws `NotDropped`. */
  drop(): Promise<void>;
}

/** Makes what a new tenant lives in. */
export interface Provisioner {
  /** Whether the tenant's database, or its schema, is there already. Throws `DatabaseError`. */
  isTaken(tenant: Tenant): Promise<boolean>;
  /**
   * An empty database, or an empty schema in its database. `name`: what a database is called until it is finished. `like`: databases on
   * the same server that show encoding, collation and rights. What a killed process left of the same tenant is removed first. Throws
   * `DatabaseError`.
   */
  make(tenant: Tenant, name: string, like: readonly string[]): Promise<NewPlace>;
}
