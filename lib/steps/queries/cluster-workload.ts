import { type Config, milliseconds } from "../../core/config/config.js";
import { mergeWorkloads, workloadOf } from "../../core/workload/merge.js";
import type { Workload } from "../../core/workload/workload.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, need } from "../run/records.js";
import { readStatistics } from "../workload/read-statistics.js";

/** The queries that the run started with, and those that the servers of these tenants have counted. */
export async function clusterWorkload(ports: Ports, config: Config, members: readonly Tenant[]): Promise<Workload> {
  const given = await need<Workload>(ports, artifact.workload);
  if (!config.workload?.statistics) return given;
  const parts: Workload[] = [given];
  const seen = new Set<string>();
  for (const tenant of members) {
    // If tenants are schemas of one database, its counters cover all of them.
    const place = `${tenant.host}/${tenant.database}`;
    if (seen.has(place)) continue;
    seen.add(place);
    parts.push(await statisticsOf(ports, config, tenant));
  }
  return mergeWorkloads(parts);
}

async function statisticsOf(ports: Ports, config: Config, tenant: Tenant): Promise<Workload> {
  const statementTimeout = milliseconds(config.timeouts.read);
  try {
    const session = await ports.database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout: 1_000 });
    try {
      return await readStatistics(session, tenant.id);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return workloadOf([{ reason: "unreadable", place: `${tenant.id}: ${error.message} [${error.code}]`, calls: null }]);
  }
}
