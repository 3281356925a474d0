/** What was seen of one tenant. */
export interface TenantLook {
  /** Its schema when it was last read; null before the first reading. */
  readonly fingerprint: string | null;
  /** When that was, ISO 8601; null before the first reading. */
  readonly read: string | null;
  /** Why it could not be read this time; null when it could. */
  readonly unreachable: string | null;
  /** Versions that its ledger lacks, in order; null when its ledger was not read. */
  readonly pending: readonly string[] | null;
  /** What its ledger contradicts; null when all is well. */
  readonly ledger: string | null;
}

/** A whole fleet, seen once. Kept until the next look. */
export interface Look {
  readonly version: 1;
  readonly tenants: Readonly<Record<string, TenantLook>>;
}

/** What a new look adds to the previous one: a tenant that could not be read keeps what was known about it. */
export function continued(before: Look | null, now: Look, gone: ReadonlySet<string>): Look {
  const tenants: Record<string, TenantLook> = {};
  for (const [id, look] of Object.entries(before?.tenants ?? {})) if (!gone.has(id)) tenants[id] = look;
  for (const [id, look] of Object.entries(now.tenants)) {
    const known = tenants[id];
    const { fingerprint, read } = look.fingerprint === null && known ? known : look;
    const ledger = look.pending === null && known ? { pending: known.pending, ledger: known.ledger } : {};
    tenants[id] = { ...look, ...ledger, fingerprint, read };
  }
  return { version: 1, tenants };
}
