import type { Config } from "../../core/config/config.js";
import { groupBy } from "../../core/group-by.js";
import type { ProbeQuery } from "../../core/probes/probe.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { ProbePlan } from "../probing/probe-plan.js";
import { probeLimits } from "../probing/run-probe.js";
import { clustersByTenant } from "../run/approved.js";
import { artifact, type ClusterRecord, need, type TenantProgress } from "../run/records.js";
import { heldTo, primaryOf, type Target, targetsOf } from "../run/target.js";
import { probeTenant } from "../states/probe.js";

/** For this long after the score the rows count as those that the gates saw. Each tenant is asked before its own first statement anyway. */
const STILL_FRESH_MS = 30 * 60_000;

/** A process with a known end leaves the others to their waves. */
const MARGIN_MS = 120_000;

/**
 * Asks the tenants again for rows in the way before the first of them is touched, if time has passed since the gates did. Returns what is
 * in the way now, for a person; null for nothing. A tenant that does not answer, or is not reached in time, is left to its wave.
 */
export async function rowsSince(ports: Ports, config: Config, tenants: readonly string[]): Promise<string | null> {
  if (config.migrator || !(await isOld(ports))) return null;
  const plan = await ProbePlan.of(ports, config);
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const clusters = clustersByTenant(await need<readonly ClusterRecord[]>(ports, artifact.clusters));
  const targets = await targetsOf(ports);
  const due = new Set(tenants);
  const hosts = groupBy(
    fleet.filter(({ id }) => due.has(id)),
    ({ host }) => host,
  );
  const found = await Promise.all(
    [...hosts.values()].flatMap((members) => {
      const left = [...members];
      // As many at a time as the host has connections.
      return Array.from({ length: config.connectionsPerHost }, async () => {
        const reasons: string[] = [];
        for (let tenant = left.shift(); tenant && mayGoOn(ports); tenant = left.shift()) {
          const queries = await plan.queries(tenant, clusters.get(tenant.id));
          const reason = await rowsIn(ports, config, queries, tenant, targets[tenant.id] ?? null);
          if (reason !== null) reasons.push(`tenant ${tenant.id}: ${reason}`);
        }
        return reasons;
      });
    }),
  );
  const [first, ...others] = found.flat().sort();
  if (first === undefined) return null;
  return `rows have changed since the gates: ${first}${others.length === 0 ? "" : `, and ${others.length} more tenants`}`;
}

async function isOld({ audit, clock }: Ports): Promise<boolean> {
  const scored = (await audit.events()).findLast(({ subject }) => subject.kind === "phase" && subject.name === "Score");
  return scored !== undefined && clock.now() - Date.parse(scored.at) > STILL_FRESH_MS;
}

function mayGoOn({ stop, deadline, clock }: Ports): boolean {
  return !stop.aborted && (deadline === null || clock.monotonic() < deadline - MARGIN_MS);
}

async function rowsIn(
  ports: Ports,
  config: Config,
  queries: readonly ProbeQuery[] | null,
  tenant: Tenant,
  target: Target | null,
): Promise<string | null> {
  // If the release has already begun there, its own probes may no longer fit.
  if ((await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id))) !== null) return null;
  if (!queries || queries.length === 0) return null;
  const held = { ...ports, database: heldTo(primaryOf(ports.database), target) };
  const { findings } = await probeTenant(held, tenant, queries, probeLimits(config));
  const first = findings.find(({ severity, unknown }) => severity === "error" && unknown !== true);
  return first ? first.message.replace(/\.$/, "") : null;
}
