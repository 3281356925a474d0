import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Finding } from "../../core/finding.js";
import type { Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { analyzeLost } from "../queries/analyze-lost.js";
import { readDatabaseFacts } from "../queries/database-facts.js";
import { artifact } from "../run/records.js";
import type { TenantContext } from "./tenant-context.js";

/**
 * Records what has statistics before the first statement of the release, so that a run that continues after the commit still knows. Does
 * nothing if the config does not ask for it.
 */
export async function noteStatistics(ports: Ports, session: Session, { tenant, config }: TenantContext): Promise<void> {
  if (!config.rollout.analyze) return;
  const facts = await readDatabaseFacts(session, tenant.schema);
  await ports.artifacts.create(artifact.statistics(tenant.id), [...facts]);
}

/** ANALYZE of what the release has left without statistics. A failed one leaves the tenant migrated; throws if the server is gone. */
export async function analyzeRelease(
  ports: Ports,
  session: Session,
  { tenant, config }: TenantContext,
): Promise<readonly Analyzed[]> {
  if (!config.rollout.analyze) return [];
  const kept = await ports.artifacts.get<readonly (readonly [string, never])[]>(artifact.statistics(tenant.id));
  return analyzeLost(session, ports.clock, tenant.schema, new Map(kept ?? []));
}

/** What a person has to analyze. */
export function notAnalyzed(tenant: string, analyzed: readonly Analyzed[]): readonly Finding[] {
  return analyzed.flatMap(({ statement, failed }) =>
    failed === null
      ? []
      : [
          {
            code: "rollout.not-analyzed",
            gate: "rollout",
            severity: "warning",
            subject: { kind: "tenant", name: tenant },
            message: `Tenant ${tenant} has the release, and statistics are missing: ${statement} failed: ${failed}.`,
            remedy: { text: "Run it when the table is free.", sql: `${statement};` },
            tenants: [tenant],
          } as const,
        ],
  );
}
