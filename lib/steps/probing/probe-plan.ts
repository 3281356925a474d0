import type { Catalog } from "../../core/catalog/catalog.js";
import { bytes, type Config } from "../../core/config/config.js";
import type { Release } from "../../core/migration/release.js";
import { segmentsOf } from "../../core/operations/index.js";
import {
  deriveProbes,
  probeExistingConstraints,
  probeFreeSpace,
  probePendingEvents,
  type Room,
} from "../../core/probes/index.js";
import type { ProbeQuery } from "../../core/probes/probe.js";
import { loadParser } from "../../core/sql/parse.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { OfCluster } from "../run/approved.js";
import { artifact, need } from "../run/records.js";

type Derived = (room: Room) => readonly ProbeQuery[];
/** What probes are derived of. */
type Asked = Pick<OfCluster, "fingerprint" | "pending">;

/** The probes of each cluster, derived once; free space is counted per host. */
export class ProbePlan {
  private readonly derived = new Map<string, Derived>();

  private constructor(
    private readonly ports: Ports,
    private readonly config: Config,
    private readonly release: Release,
  ) {}

  static async of(ports: Ports, config: Config): Promise<ProbePlan> {
    await loadParser();
    const release = await need<Release>(ports, artifact.release);
    return new ProbePlan(ports, config, release);
  }

  /** Null for a tenant that is in no cluster: it was not read, so nothing can be derived for it. */
  async queries({ host }: Tenant, cluster: Asked | undefined): Promise<readonly ProbeQuery[] | null> {
    if (cluster === undefined) return null;
    const key = JSON.stringify([cluster.fingerprint, cluster.pending]);
    const known = this.derived.get(key) ?? (await this.derive(cluster));
    this.derived.set(key, known);
    return known(roomOf(host, this.config));
  }

  private async derive(cluster: Asked): Promise<Derived> {
    const before = await need<Catalog>(this.ports, artifact.catalog(cluster.fingerprint));
    const pending = this.release.migrations.filter((migration) => cluster.pending.includes(migration.version));
    const scripts = pending.map((migration) => migration.up.statements);
    const transactions = pending.flatMap(({ up }) =>
      segmentsOf(up).map((segment) => (segment.transactional ? segment.statements : [])),
    );
    const rows = [
      ...deriveProbes(scripts.flat(), before),
      ...probePendingEvents(transactions, before),
      ...(this.config.probes.existing ? probeExistingConstraints(before) : []),
    ];
    const space = new Map<string, readonly ProbeQuery[]>();
    return (room) => {
      const key = JSON.stringify(room);
      const made = space.get(key) ?? scripts.flatMap((statements) => probeFreeSpace(statements, before, room));
      space.set(key, made);
      return [...rows, ...made];
    };
  }
}

/** A host migrates as many tenants at once as it has connections, and they share the free space. */
export function roomOf(host: string, { probes, connectionsPerHost }: Config): Room {
  const said = probes.freeSpace[host] ?? probes.freeSpace["*"];
  return { bytes: Math.floor(bytes(said ?? probes.assumedFree) / connectionsPerHost), known: said !== undefined };
}
