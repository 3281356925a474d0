import type { FleetEntry } from "../../../adapters/local/fleet.js";
import { type Endpoint, openSession } from "../../../adapters/pg/connection.js";
import { databaseError } from "../../../adapters/pg/database-error.js";
import { isLoopback } from "../../../adapters/pg/endpoint.js";
import { ROLE_FACTS, type RoleFacts } from "../../../core/catalog/role-facts.js";
import { roleFindings } from "../../../core/catalog/role-findings.js";
import type { Config } from "../../../core/config/config.js";
import { type Check, lacking, ok } from "../../../core/doctor/check.js";
import { judgeServer } from "../../../core/doctor/judge-server.js";
import { SERVER_FACTS, type ServerFacts } from "../../../core/doctor/server-facts.js";
import { identifier } from "../../../core/sql/quote.js";
import { judgeStatistics } from "../../../core/workload/judge-statistics.js";
import { FIND_STATEMENTS, type StatementsView } from "../../../core/workload/statement-statistics.js";
import type { SessionOptions } from "../../../ports/database.js";
import { remedyOf } from "../../../steps/run/database-finding.js";

/** Short limits: a server that does not answer soon is itself the answer. */
export const READ: SessionOptions = { purpose: "read", statementTimeout: 10_000, lockTimeout: 1000 };

type FactsRow = ServerFacts & Record<string, unknown>;

/** What the server of one tenant, and our role there, allow. */
export async function serverChecks({ tenant, endpoint }: FleetEntry, config: Config): Promise<readonly Check[]> {
  try {
    const session = await openSession(endpoint, READ);
    try {
      const before = Date.now();
      const [facts] = await session.query<FactsRow>(SERVER_FACTS, [tenant.schema, tenant.role ?? null]);
      const after = Date.now();
      const [roles] = await session.query<RoleFacts & Record<string, unknown>>(ROLE_FACTS, [
        tenant.role ?? null,
        tenant.schema,
      ]);
      if (!facts || !roles) throw new Error("pg_roles does not show the role");
      const judged = judgeServer({
        host: tenant.host,
        tenant: tenant.id,
        serverVersion: session.serverVersion,
        today: new Date(after).toISOString().slice(0, 10),
        facts,
        roles,
        roleFindings: roleFindings({
          tenant: tenant.id,
          facts: roles,
          named: tenant.role !== undefined,
          superuser: config.connection.superuser,
        }).filter(({ severity }) => severity !== "note"),
        skew: { ms: facts.clock - (before + after) / 2, within: (after - before) / 2 },
        connections: config.connectionsPerHost,
        clonesHere: config.staging.mode === "same host",
        loopback: isLoopback(endpoint.host),
      });
      if (config.workload?.statistics !== true) return judged;
      const [view] = await session.query<StatementsView & Record<string, unknown>>(FIND_STATEMENTS);
      return [...judged, judgeStatistics(tenant.host, tenant.id, facts.role, view ?? null)];
    } finally {
      await session.close();
    }
  } catch (error) {
    return [unreachable(`${tenant.host} (tenant ${tenant.id})`, error)];
  }
}

/** The staging server, where clones are made. */
export async function stagingChecks(server: Endpoint): Promise<readonly Check[]> {
  const name = "staging server";
  try {
    const session = await openSession(server, READ);
    try {
      const [facts] = await session.query<FactsRow>(SERVER_FACTS, [null, null]);
      if (facts?.createDatabase === true) return [ok(name, `${facts.role} may make clones`)];
      return [
        lacking(name, "error", {
          message: `${facts?.role} may not create databases there.`,
          cost: "Without a clone there is no dry run and no proof of the way back: every release is blocked.",
          remedy: `ALTER ROLE ${identifier(facts?.role ?? "")} CREATEDB;`,
        }),
      ];
    } finally {
      await session.close();
    }
  } catch (error) {
    return [unreachable(name, error)];
  }
}

export function unreachable(name: string, error: unknown): Check {
  return lacking(name, "error", {
    message: `It could not be reached: ${(error as Error).message}`,
    cost: "A tenant that cannot be read is unknown, and one unknown tenant blocks the release.",
    remedy: remedyOf(databaseError(error).code) ?? "Check the URL, the password and the network.",
  });
}
