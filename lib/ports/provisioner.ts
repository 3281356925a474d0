import type { Session, SessionOptions } from "./database.js";
import type { Tenant } from "./registry.js";

/** A place for a tenant that does not have its name yet, so that nobody finds it half made. */
export interface NewPlace {
  /** It was copied from the template: schema and ledger are there. */
  readonly filled: boolean;
  /** As the role that changes the tenant. */
  open(options: SessionOptions): Promise<Session>;
  /** Nobody is connected any more: from now on it is the tenant's. Throws `DatabaseError`. */
  finish(): Promise<void>;
  /** Keeps a copy of it as the template of the next ones, replacing the earlier one. Nobody is connected. Throws `DatabaseError`. */
  keep(template: Template): Promise<void>;
  /** Removes what is not finished; does nothing after `finish`. Throws `NotDropped`. */
  drop(): Promise<void>;
}

/** Creates the place for a new tenant. */
export interface Provisioner {
  /** Whether the tenant's database, or its schema, already exists. Throws `DatabaseError`. */
  isTaken(tenant: Tenant): Promise<boolean>;
  /**
   * A database copied from the template if there is one; else an empty database, or an empty schema in its database. `name`: what a
   * database is called until it is finished. `like`: databases on the same server that show encoding, collation and rights. First removes
   * what a killed process left of the same tenant. Throws `DatabaseError`.
   */
  make(tenant: Tenant, name: string, like: readonly string[], template: Template | null): Promise<NewPlace>;
}

/** A database that new tenants are copied from. */
export interface Template {
  /** A different name for a different schema. */
  readonly name: string;
  /** The config that it is kept for; a server has one per config. */
  readonly of: string;
}
