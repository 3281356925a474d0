import type { Finding } from "../../core/finding.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { Proof } from "../proof/proof.js";

/** A live database is busier than a clone. */
const MARGIN = 2;

/** What the connection to a tenant cannot do of the release, found before anything is executed there. */
export async function driverFindings(
  ports: Ports,
  tenants: readonly Tenant[],
  statements: Proof["statements"],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const tenant of tenants) {
    const limits = await ports.database.limits(tenant);
    if (limits === null) continue;
    for (const statement of statements) {
      const outside = statement.transactionality !== "inside";
      const problem = statement.batched
        ? `runs in batches, which was not tried over ${limits.driver}`
        : statement.ms * MARGIN > limits.longestStatementMs
          ? `took ${Math.round(statement.ms / 1000)} s on a clone, and ${limits.driver} ends a statement after ${limits.longestStatementMs / 1000} s`
          : outside && tenant.schema !== null && !limits.settingsOutsideTransactions
            ? `runs outside a transaction, where ${limits.driver} cannot choose the tenant's schema ${tenant.schema}`
            : null;
      if (problem !== null) findings.push(beyond(tenant, statement, problem));
    }
  }
  return findings;
}

function beyond(tenant: Tenant, { migration, index, source }: Proof["statements"][number], problem: string): Finding {
  return {
    code: "dry-run.driver-limit",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "tenant", name: tenant.id },
    message: `Statement ${index + 1} of ${migration} ${problem}; tenant ${tenant.id} cannot be migrated this way.`,
    remedy: { text: "Give the tenant a `url` in the registry, so that it is reached over the wire." },
    source,
    tenants: [tenant.id],
  };
}
