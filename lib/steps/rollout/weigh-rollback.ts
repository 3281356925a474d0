import { bindSchemas } from "../../core/catalog/own-schema.js";
import { bytes, type Config, milliseconds } from "../../core/config/config.js";
import { groupBy } from "../../core/group-by.js";
import type { Release } from "../../core/migration/release.js";
import type { StoppingRows, WayBack } from "../../core/probes/stopping-rows.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports as AllPorts } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { assertNoCodeOn } from "../catalog/automatic-code.js";
import { readLedger } from "../catalog/ledger.js";
import { EVERY_ROW } from "../migration/run-kept.js";
import { inTransaction } from "../migration/transaction.js";
import { probeLimits, type RunProbe, runProbe } from "../probing/run-probe.js";
import { tableName } from "../proof/state.js";
import { boundTable } from "../proof/untried-candidate.js";
import { artifact, type ClusterRecord, need, type ProofRecord } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { heldTo, primaryOf, type Target, targetsOf } from "../run/target.js";
import { describe } from "./retry-tenant.js";

/** Weighing a rollback only reads. */
type Ports = Pick<AllPorts, "run" | "artifacts" | "database" | "clock">;

/** Rows of one table that hold something that would be lost. */
interface SinceInTable {
  readonly table: string;
  /** Null for a whole table. */
  readonly columns: readonly string[] | null;
  readonly rows: number;
  readonly bytes: number;
}

/** What a rollback would put aside in one tenant. */
export interface SinceInTenant {
  readonly tenant: string;
  readonly tables: readonly SinceInTable[];
  /** The first migration whose copies would exceed `rollback.keepLimit`; null if there is none. */
  readonly tooLarge: { readonly version: string; readonly bytes: number; readonly limit: number } | null;
  /** Rows that contradict what the rollback makes again: it would stop at them, and change nothing. */
  readonly stoppedBy: readonly Stopping[];
  /** Why it could not be counted; null if it was. */
  readonly unknown: string | null;
}

interface Stopping {
  readonly version: string;
  /** `rows of public.orders where note is NULL`. */
  readonly meaning: string;
  /** Null if they could not be counted, for this reason. */
  readonly rows: number | null;
  readonly reason: string | null;
}

/** Whether it is known what a rollback would meet in the tenant. */
export function isCounted({ unknown, stoppedBy }: SinceInTenant): boolean {
  return unknown === null && stoppedBy.every(({ rows }) => rows !== null);
}

/** Whether a rollback would certainly change nothing in the tenant. */
export function isStopped({ tooLarge, stoppedBy }: SinceInTenant): boolean {
  return tooLarge !== null || stoppedBy.some(({ rows }) => rows !== null);
}

/**
 * Counts in each tenant what was written since the release and would be put aside, and the rows at which the rollback would stop, over a few
 * connections per host, before anything is taken back. Changes nothing.
 */
export async function weighRollback(ports: Ports, ids: readonly string[]): Promise<readonly SinceInTenant[]> {
  const weights = await Weights.of(ports);
  const wanted = new Set(ids);
  const fleet = (await need<readonly Tenant[]>(ports, artifact.fleet)).filter(({ id }) => wanted.has(id));
  const found = new Map<string, SinceInTenant>();
  const work = async (queue: Tenant[]) => {
    for (let tenant = queue.shift(); tenant; tenant = queue.shift()) found.set(tenant.id, await weights.weigh(tenant));
  };
  const queues = [...groupBy(fleet, ({ host }) => host).values()];
  const sessions = queues.flatMap((queue) => Array.from({ length: weights.connectionsPerHost }, () => work(queue)));
  await Promise.all(sessions);
  return fleet.flatMap(({ id }) => found.get(id) ?? []);
}

class Weights {
  private constructor(
    private readonly ports: Ports,
    private readonly config: Config,
    private readonly release: Release,
    /** By tenant: the pending migrations, the newest first, with their proved ways back. */
    private readonly ways: ReadonlyMap<string, Ways>,
    private readonly targets: Readonly<Record<string, Target>>,
  ) {}

  static async of(ports: Ports): Promise<Weights> {
    const { config } = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const ways = new Map<string, Ways>();
    for (const { id, tenants, pending } of await need<readonly ClusterRecord[]>(ports, artifact.clusters)) {
      const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
      const proved = pending
        .toReversed()
        .flatMap((version) => proof?.rollbacks.find((one) => one.version === version) ?? []);
      const stopping = proof?.stopping ?? [];
      for (const tenant of tenants) ways.set(tenant, { proved, stopping });
    }
    return new Weights(ports, config, release, ways, await targetsOf(ports));
  }

  get connectionsPerHost(): number {
    return this.config.connectionsPerHost;
  }

  async weigh(tenant: Tenant): Promise<SinceInTenant> {
    const ways = this.ways.get(tenant.id) ?? { proved: [], stopping: [] };
    const nothing = { tenant: tenant.id, tables: [], tooLarge: null, stoppedBy: [], unknown: null };
    if (ways.stopping.length === 0 && ways.proved.every(({ candidate }) => candidate.since.length === 0))
      return nothing;
    try {
      return { ...nothing, ...(await this.read(tenant, ways)) };
    } catch (error) {
      if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
      return { ...nothing, unknown: describe(error) };
    }
  }

  private async read(tenant: Tenant, { proved, stopping }: Ways) {
    const { config, release, targets } = this;
    const database = heldTo(primaryOf(this.ports.database), targets[tenant.id] ?? null);
    const statementTimeout = milliseconds(config.timeouts.read);
    const lockTimeout = milliseconds(config.rollout.lockTimeout);
    const session = await database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout });
    try {
      const ledger = await readLedger(session, ledgerFor(release.convention, tenant.schema), tenant.schema);
      const applied = new Set(ledger.map(({ version }) => version));
      const having = proved.filter(({ version }) => applied.has(version));
      const tables = having.flatMap(({ candidate }) => candidate.since.map(({ table }) => table));
      const names = tables.map((table) => boundTable(table, tenant.schema)).map((at) => qualified(at.schema, at.name));
      if (config.connection.superuser === undefined) await assertNoCodeOn(session, names);
      const counted = await inTransaction(
        session,
        "read committed",
        () => count(session, tenant, having, bytes(config.rollback.keepLimit)),
        [EVERY_ROW],
      );
      const scope = { ...probeLimits(config), schema: tenant.schema, clock: this.ports.clock };
      // The queries are about the schema that the whole release leads to.
      const stoppedBy =
        having.length === proved.length
          ? await countStopping(session, stopping, scope)
          : notCounted(stopping.filter(({ version }) => applied.has(version)));
      return { ...counted, stoppedBy };
    } finally {
      await session.close();
    }
  }
}

/** How the tenants of a cluster are taken back, the newest migration first, and what may stop that. */
interface Ways {
  readonly proved: readonly WayBack[];
  readonly stopping: readonly StoppingRows[];
}

function notCounted(stopping: readonly StoppingRows[]): readonly Stopping[] {
  const reason = "the tenant has only part of the release";
  const found = new Map(
    stopping.map(({ version, query: { meaning } }) => [`${version} ${meaning}`, { version, meaning }]),
  );
  return [...found.values()].map((each) => ({ ...each, rows: null, reason }));
}

async function countStopping(
  session: Session,
  stopping: readonly StoppingRows[],
  scope: RunProbe,
): Promise<readonly Stopping[]> {
  const found: Stopping[] = [];
  for (const { version, query } of stopping) {
    const result = await runProbe(session, query, scope);
    if (result.status === "pass") continue;
    const { meaning } = query;
    const { rows, reason } =
      result.status === "hit" ? { rows: result.count, reason: null } : { rows: null, reason: result.reason };
    if (!found.some((other) => other.version === version && other.meaning === meaning))
      found.push({ version, meaning, rows, reason });
  }
  return found;
}

async function count(session: Session, { schema }: Tenant, ways: readonly WayBack[], limit: number) {
  const tables: SinceInTable[] = [];
  let tooLarge: SinceInTenant["tooLarge"] = null;
  for (const { version, candidate } of ways) {
    let all = 0;
    for (const { table, columns, size } of candidate.since) {
      const [row] = await session.query<{ bytes: string; rows: string }>(bindSchemas(size, schema));
      const counted = { rows: Number(row?.rows), bytes: Number(row?.bytes) };
      all += counted.bytes;
      if (counted.rows > 0) tables.push({ table: tableName(boundTable(table, schema)), columns, ...counted });
    }
    if (!(all <= limit)) tooLarge ??= { version, bytes: all, limit };
  }
  return { tables, tooLarge };
}
