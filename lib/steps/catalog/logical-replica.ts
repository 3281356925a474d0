import type { Catalog } from "../../core/catalog/catalog.js";
import { compareReplica } from "../../core/catalog/replication/compare-replica.js";
import type { Publisher, Subscription } from "../../core/catalog/replication/replication.js";
import { publisherQuery, subscriptionsQuery } from "../../core/catalog/replication/replication-query.js";
import type { Finding } from "../../core/finding.js";
import { type Database, DatabaseError, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { unreachable } from "../run/database-finding.js";
import { readCatalog } from "./read-catalog.js";

/**
 * Compares a tenant with the logical replica that the registry names for it; empty if it names none. `session` is on the tenant, and
 * `catalog` is the tenant's. A subscriber that cannot be read is unknown.
 */
export async function logicalReplicaFindings(
  database: Database,
  session: Session,
  tenant: Tenant,
  catalog: Catalog,
  statementTimeout: number,
): Promise<readonly Finding[]> {
  if (tenant.subscriber !== true) return [];
  const publisher = await publisherOf(session);
  let subscriber: Session | null = null;
  try {
    const options = { purpose: "read", statementTimeout, lockTimeout: 1000, subscriber: true } as const;
    subscriber = await database.connect(tenant, options);
    const subscriptions = await subscriptionsOf(subscriber);
    const subscribed = await readCatalog(subscriber, tenant.schema);
    return compareReplica({
      tenant: tenant.id,
      tenantSchema: tenant.schema,
      publisher,
      subscriptions,
      published: catalog,
      subscribed,
    });
  } catch (error) {
    return [
      unreachable(
        "introspect",
        "introspect.subscriber-unreachable",
        tenant,
        "has a subscriber that could not be read",
        error,
      ),
    ];
  } finally {
    await subscriber?.close();
  }
}

const majorOf = (session: Session) => Math.floor(session.serverVersion / 10_000);

async function publisherOf(session: Session): Promise<Publisher> {
  const [row] = await session.query<{ publisher: Publisher }>(publisherQuery(majorOf(session)));
  if (!row) throw new DatabaseError("the query for publications was answered with no row", "MALFORMED");
  return row.publisher;
}

async function subscriptionsOf(session: Session): Promise<readonly Subscription[]> {
  const [row] = await session.query<{ subscriptions: readonly Subscription[] }>(subscriptionsQuery(majorOf(session)));
  if (!row) throw new DatabaseError("the query for subscriptions was answered with no row", "MALFORMED");
  return row.subscriptions;
}
