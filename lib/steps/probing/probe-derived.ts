import type { Catalog } from "../../core/catalog/catalog.js";
import type { Finding } from "../../core/finding.js";
import { deriveProbes, probeFreeSpace } from "../../core/probes/index.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, type ClusterRecord, need } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { probeTenant } from "../states/probe.js";
import { roomOf } from "./probe-plan.js";
import { probeLimits } from "./run-probe.js";

/**
 * What a team's own program does is known only now that it has run on a clone: so its tenants are probed now for the rows that it would
 * fail on, as the others were earlier.
 */
export async function probeDerived(
  ports: Ports,
  cluster: ClusterRecord,
  statements: readonly Statement[],
): Promise<readonly Finding[]> {
  if (statements.length === 0) return [];
  const { config } = await needRequest(ports);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const before = await need<Catalog>(ports, artifact.catalog(cluster.fingerprint));
  const rows = deriveProbes(statements, before);
  const limits = probeLimits(config);
  const findings: Finding[] = [];
  for (const tenant of fleet) {
    if (!cluster.tenants.includes(tenant.id)) continue;
    const queries = [...rows, ...probeFreeSpace(statements, before, roomOf(tenant.host, config))];
    findings.push(...(await probeTenant(ports, tenant, queries, limits)).findings);
  }
  return findings;
}
