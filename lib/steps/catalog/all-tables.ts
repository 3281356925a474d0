import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import type { Finding } from "../../core/finding.js";
import type { Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** Somebody is receiving: the slots of a primary are not visible on its replica. */
const RECEIVED = `pg_is_in_recovery() or exists (select from pg_replication_slots s
  where s.slot_type = 'logical' and s.plugin = 'pgoutput' and s.database = current_database())`;

/**
 * A publication FOR ALL TABLES also sends our tables, and a subscription that lacks one of them stops at its first row: measured in
 * `test/integration/catalog/logical-replica.test.ts`. Empty if nobody receives. Throws `DatabaseError`.
 */
export async function allTablesFindings(session: Session, tenant: Tenant): Promise<readonly Finding[]> {
  const rows = await session.query<{ name: string }>(
    `select pubname::text as name from pg_publication where puballtables and (${RECEIVED}) order by 1`,
  );
  const [first] = rows;
  if (!first) return [];
  const schema = ownSchemaOf(tenant.schema);
  return [
    {
      code: "replica.all-tables",
      gate: "introspect",
      severity: "warning",
      subject: { kind: "publication", name: first.name },
      message: `The publication ${first.name} of tenant ${tenant.id} sends every table, so those of Schema Gate too (${schema}: ledger, progress, kept copies). A subscription that lacks one of them stops at its first row, and the server keeps its WAL.`,
      remedy: {
        text: "Let subscriptions use a publication that names the tables or their schemas.",
        sql: "CREATE PUBLICATION application FOR TABLES IN SCHEMA public;",
      },
      tenants: [tenant.id],
    },
  ];
}
