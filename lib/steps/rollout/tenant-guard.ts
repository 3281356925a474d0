import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { assertOurs } from "../catalog/own-objects.js";
import type { Guard } from "../migration/guard.js";

const LEASE = qualified(OWN_SCHEMA, "lease");
const SETUP = `create schema if not exists ${identifier(OWN_SCHEMA)};
  create table if not exists ${LEASE} (one boolean primary key default true check (one), run text not null,
    token text not null, pid int not null, backend_start timestamptz, until timestamptz not null)`;

const LOCK = "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held";

/** Free when its time is up or its holder's backend is gone; the same run may take it from an idle backend. */
const FREE = `l.token = excluded.token or l.until < clock_timestamp()
  or not exists (select from pg_stat_activity a where a.pid = l.pid and a.backend_start = l.backend_start
    and (l.run <> excluded.run or a.state is distinct from 'idle'))`;

/** One statement: the lock is tried first, so that nobody waits for the row behind a migration's transaction. */
const TAKE = `with lock as materialized (select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as got)
  insert into ${LEASE} as l (run, token, pid, backend_start, until)
  select $2, $3, pg_backend_pid(), (select backend_start from pg_stat_activity where pid = pg_backend_pid()),
    case when $4::float8 = 0 then 'infinity' else clock_timestamp() + make_interval(secs => $4::float8 / 1000) end
  from lock where got
  on conflict (one) do update set run = excluded.run, token = excluded.token, pid = excluded.pid,
    backend_start = excluded.backend_start, until = excluded.until
  where ${FREE} returning run`;

/** How long a lease outlives its statement. Milliseconds. */
const MARGIN_MS = 60_000;

export interface TenantGuardOptions {
  readonly run: string;
  readonly tenant: Tenant;
  /** Longest time of a statement outside a transaction. Milliseconds; 0 means no limit. */
  readonly concurrentTimeout: number;
  /** Whether this migration, by the ledger, still has to be applied, or taken back. */
  needed(session: Session, version: string): Promise<boolean>;
}

/**
 * Lets one session at a time work on a tenant. Scoped to the tenant, so tenants that share a database do not wait for each other. Works
 * behind a transaction pooler too, where a session's locks would stay on a connection that others get next: inside a transaction an
 * advisory lock that ends with it, outside one a lease in a table of ours.
 */
export class TenantGuard implements Guard {
  private readonly token = crypto.randomUUID();
  private leased = false;

  constructor(private readonly options: TenantGuardOptions) {}

  async inside(session: Session, version: string): Promise<boolean> {
    const { tenant, needed } = this.options;
    const [row] = await session.query<{ held: boolean }>(LOCK, [lockName(tenant)]);
    if (row?.held !== true) throw busy(tenant, "another session migrates it at this moment");
    return needed(session, version);
  }

  async outside(session: Session, version: string): Promise<boolean> {
    const { tenant, run, concurrentTimeout, needed } = this.options;
    await session.assertApproved?.();
    const limit = concurrentTimeout === 0 ? 0 : concurrentTimeout + MARGIN_MS;
    if (!this.leased) {
      await session.script(bindSchemas(SETUP, tenant.schema)).catch(madeByAnother);
      await assertOurs(session, tenant.schema);
    }
    const values = [lockName(tenant), run, this.token, limit];
    const rows = await session.query(bindSchemas(TAKE, tenant.schema), values);
    if (rows.length === 0) throw busy(tenant, await this.holder(session));
    const again = this.leased;
    this.leased = true;
    return again || needed(session, version);
  }

  /** Gives the lease back. If that fails, it expires. */
  async release(session: Session): Promise<void> {
    if (!this.leased) return;
    const sql = bindSchemas(`delete from ${LEASE} where token = $1`, this.options.tenant.schema);
    await session.query(sql, [this.token]).catch(() => {});
  }

  private async holder(session: Session): Promise<string> {
    const sql = bindSchemas(`select run from ${LEASE}`, this.options.tenant.schema);
    const [row] = await session.query<{ run: string }>(sql);
    return row ? `the run ${row.run} works on it` : "another session migrates it at this moment";
  }
}

/** Locks of one database do not concern another's, so only the tenant's schema tells tenants apart. */
export function lockName(tenant: Tenant): string {
  return `schema-gate ${tenant.schema ?? ""}`;
}

/** If two sessions create a table at once, one of them gets a duplicate key error from the system catalog. */
function madeByAnother(error: unknown): void {
  if (!(error instanceof DatabaseError && ["23505", "42P07", "42P06"].includes(error.code))) throw error;
}

/** With the code of a lock that was not granted: retrying helps. */
function busy(tenant: Tenant, reason: string): DatabaseError {
  return new DatabaseError(`tenant ${tenant.id} is held: ${reason}`, "55P03");
}
