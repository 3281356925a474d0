import { TENANT_SCHEMA } from "../catalog/catalog.js";
import { digest } from "../json.js";
import { identifier } from "../sql/quote.js";

/** Stands in our SQL for the schema of ours in a tenant's database, until it is bound to a tenant. */
export const OWN_SCHEMA = "$gate";

/** The schema of ours beside a tenant: one per database, or one per tenant where tenants are schemas. */
export function ownSchemaOf(tenantSchema: string | null): string {
  if (tenantSchema === null) return "schema_gate";
  const name = `schema_gate_${tenantSchema}`;
  return Buffer.byteLength(name) <= 63 ? name : `schema_gate_${digest(tenantSchema).slice(0, 32)}`;
}

/** Puts a tenant's real schema names where a plan, made for a whole cluster, has placeholders. */
export function bindSchemas(sql: string, tenantSchema: string | null): string {
  const bound = sql.replaceAll(identifier(OWN_SCHEMA), identifier(ownSchemaOf(tenantSchema)));
  return tenantSchema === null ? bound : bound.replaceAll(identifier(TENANT_SCHEMA), identifier(tenantSchema));
}
