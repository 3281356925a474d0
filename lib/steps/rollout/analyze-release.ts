import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Finding } from "../../core/finding.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { readDatabaseFacts } from "../queries/database-facts.js";
import { lostStatistics, type StatisticsFacts } from "../queries/lost-statistics.js";
import { artifact } from "../run/records.js";
import type { TenantContext } from "./tenant-context.js";

/**
 * Keeps what has statistics before the first statement of the release, so that a run that goes on after the commit still knows. Nothing
 * where the config does not ask for it.
 */
export async function noteStatistics(ports: Ports, session: Session, { tenant, config }: TenantContext): Promise<void> {
  if (!config.rollout.analyze) return;
  const facts = await readDatabaseFacts(session, tenant.schema);
  const kept = [...facts].map(([name, { signature: _, ...rest }]) => [name, rest] as const);
  await ports.artifacts.create(artifact.statistics(tenant.id), kept);
}

/** ANALYZE of what the release has left without statistics. One that fails leaves the tenant migrated; throws where the server is gone. */
export async function analyzeRelease(
  ports: Ports,
  session: Session,
  { tenant, config }: TenantContext,
): Promise<readonly Analyzed[]> {
  if (!config.rollout.analyze) return [];
  const kept = await ports.artifacts.get<readonly (readonly [string, never])[]>(artifact.statistics(tenant.id));
  const before: StatisticsFacts = new Map(kept ?? []);
  const lost = lostStatistics(before, await readDatabaseFacts(session, tenant.schema), { added: true });
  const analyzed: Analyzed[] = [];
  for (const { analyze } of lost) {
    const start = ports.clock.monotonic();
    const failed = await tried(session, analyze);
    analyzed.push({ statement: analyze, ms: Math.round(ports.clock.monotonic() - start), failed });
  }
  return analyzed;
}

async function tried(session: Session, statement: string): Promise<string | null> {
  try {
    await session.script(statement);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || /^(08|53|57P|58)/.test(error.code)) throw error;
    return `${error.message} [${error.code}]`;
  }
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
