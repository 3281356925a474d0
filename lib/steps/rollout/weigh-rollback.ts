import { bindSchemas } from "../../core/catalog/own-schema.js";
import { bytes, type Config, milliseconds } from "../../core/config/config.js";
import { groupBy } from "../../core/group-by.js";
import type { Release } from "../../core/migration/release.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports as AllPorts } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { assertNoCodeOn } from "../catalog/automatic-code.js";
import { readLedger } from "../catalog/ledger.js";
import { EVERY_ROW } from "../migration/run-kept.js";
import { inTransaction } from "../migration/transaction.js";
import { tableName } from "../proof/state.js";
import { boundTable } from "../proof/untried-candidate.js";
import { artifact, type ClusterRecord, need, type ProofRecord } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { heldTo, primaryOf, type Target, targetsOf } from "../run/target.js";
import { describe } from "./retry-tenant.js";

/** Weighing a rollback only reads. */
type Ports = Pick<AllPorts, "run" | "artifacts" | "database">;

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
  /** Why it could not be counted; null if it was. */
  readonly unknown: string | null;
}

/**
 * Counts in each tenant what was written since the release and would be put aside, over a few connections per host, before anything is
 * taken back. Changes nothing.
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
    private readonly ways: ReadonlyMap<string, readonly Way[]>,
    private readonly targets: Readonly<Record<string, Target>>,
  ) {}

  static async of(ports: Ports): Promise<Weights> {
    const { config } = await needRequest(ports);
    const release = await need<Release>(ports, artifact.release);
    const ways = new Map<string, readonly Way[]>();
    for (const { id, tenants, pending } of await need<readonly ClusterRecord[]>(ports, artifact.clusters)) {
      const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
      const proved = pending
        .toReversed()
        .flatMap((version) => proof?.rollbacks.find((one) => one.version === version) ?? []);
      for (const tenant of tenants) ways.set(tenant, proved);
    }
    return new Weights(ports, config, release, ways, await targetsOf(ports));
  }

  get connectionsPerHost(): number {
    return this.config.connectionsPerHost;
  }

  async weigh(tenant: Tenant): Promise<SinceInTenant> {
    const ways = this.ways.get(tenant.id) ?? [];
    const nothing = { tenant: tenant.id, tables: [], tooLarge: null, unknown: null };
    if (ways.every(({ candidate }) => candidate.since.length === 0)) return nothing;
    try {
      return { ...nothing, ...(await this.read(tenant, ways)) };
    } catch (error) {
      if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
      return { ...nothing, unknown: describe(error) };
    }
  }

  private async read(tenant: Tenant, ways: readonly Way[]) {
    const { config, release, targets } = this;
    const database = heldTo(primaryOf(this.ports.database), targets[tenant.id] ?? null);
    const statementTimeout = milliseconds(config.timeouts.read);
    const lockTimeout = milliseconds(config.rollout.lockTimeout);
    const session = await database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout });
    try {
      const ledger = await readLedger(session, ledgerFor(release.convention, tenant.schema), tenant.schema);
      const applied = new Set(ledger.map(({ version }) => version));
      const having = ways.filter(({ version }) => applied.has(version));
      const counted = having.flatMap(({ candidate }) => candidate.since.map(({ table }) => table));
      const names = counted.map((table) => boundTable(table, tenant.schema)).map((at) => qualified(at.schema, at.name));
      if (config.connection.superuser === undefined) await assertNoCodeOn(session, names);
      return await inTransaction(
        session,
        "read committed",
        () => count(session, tenant, having, bytes(config.rollback.keepLimit)),
        [EVERY_ROW],
      );
    } finally {
      await session.close();
    }
  }
}

interface Way {
  readonly version: string;
  readonly candidate: RollbackCandidate;
}

async function count(session: Session, { schema }: Tenant, ways: readonly Way[], limit: number) {
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
