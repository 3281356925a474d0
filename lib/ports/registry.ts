/** One customer's database, or one schema in a shared database. Holds no secret. */
export interface Tenant {
  readonly id: string;
  readonly group: string | null;
  /** `host:port` of the server that holds it; tenants of one host share a connection budget. */
  readonly host: string;
  readonly database: string;
  /** Set when the tenant is a schema of a shared database. */
  readonly schema: string | null;
  /** The owner of its objects: sessions that change or clone run as it. Absent if the login is the owner. */
  readonly role?: string;
  /** The registry names a logical replica of it: a database that subscribes to its publications. */
  readonly subscriber?: true;
}

/** Where a tenant is, for a sentence. */
export function placeOf({ host, database, schema, role }: Tenant): string {
  return `${host}/${database}${schema === null ? "" : ` schema ${schema}`}${role === undefined ? "" : ` as ${role}`}`;
}

export interface Registry {
  /** Every tenant of the fleet, by id. Throws `RegistryError` for a duplicate id, an empty or an unreadable registry. */
  tenants(): Promise<readonly Tenant[]>;
  /** Keeps how these tenants are reached, for the process that works on this batch of them. Absent where one process does everything. */
  keepWays?(batch: string, tenants: readonly Tenant[]): Promise<void>;
}

export class RegistryError extends Error {
  override readonly name = "RegistryError";
}
