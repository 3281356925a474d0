import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import type { Migration } from "../../core/migration/release.js";
import { segmentsOf } from "../../core/operations/index.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { identifier } from "../../core/sql/quote.js";
import { isInBatches } from "../../core/undo/keep/in-batches.js";
import type { Tenant } from "../../ports/registry.js";
import type { TenantReading } from "../run/records.js";
import type { ProvedRollback } from "./proof.js";

interface Released {
  readonly migrations: readonly Migration[];
  readonly rollbacks: readonly Pick<ProvedRollback, "candidate">[];
}

/** Kept rows, and the progress of what takes more than one transaction, are stored in a schema of ours in each tenant. */
function needsOwnSchema({ migrations, rollbacks }: Released): boolean {
  return (
    migrations.some(({ migrator, up }) => migrator !== undefined || up.backfill !== undefined || isInParts(up)) ||
    rollbacks.some(({ candidate }) => candidate !== null && keepsOrIsInParts(candidate))
  );
}

function isInParts(up: Migration["up"]): boolean {
  const segments = segmentsOf(up);
  return segments.length > 1 || segments.some(({ transactional }) => !transactional);
}

function keepsOrIsInParts({ keep, aside, outside, statements }: RollbackCandidate): boolean {
  return keep.length > 0 || aside.length > 0 || outside.length > 0 || statements.some(isInBatches);
}

/**
 * What a clone does not show: a right on the tenant's own database, which a copy does not have, and which differs between tenants of one
 * cluster. Equal for the tenants of one database and role.
 */
export function ownSchemaFindings(
  members: readonly Tenant[],
  readings: readonly Pick<TenantReading, "tenant" | "role">[],
  released: Released,
): readonly Finding[] {
  if (!needsOwnSchema(released)) return [];
  const roles = new Map(readings.map(({ tenant, role }) => [tenant, role]));
  const findings = new Map<string, Finding>();
  for (const { id, host, database, schema } of members) {
    const role = roles.get(id);
    if (!role || role.createsSchemas) continue;
    const key = JSON.stringify([host, database, role.name]);
    const same = findings.get(key);
    findings.set(
      key,
      same ? { ...same, tenants: [...(same.tenants ?? []), id] } : finding(id, database, schema, role.name),
    );
  }
  return [...findings.values()];
}

function finding(tenant: string, database: string, schema: string | null, role: string): Finding {
  return {
    code: "dry-run.no-own-schema",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "role", name: role },
    message: `${role} may not create a schema in the database ${database}, and this release needs one (${ownSchemaOf(schema)}): for rows that it keeps or for its progress.`,
    remedy: {
      text: "Grant it, then check again.",
      sql: `GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(role)};`,
      command: "schema-gate doctor",
    },
    tenants: [tenant],
  };
}
