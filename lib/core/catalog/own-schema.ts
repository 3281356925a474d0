import { digest } from "../json.js";
import { identifier } from "../sql/quote.js";
import { TENANT_SCHEMA } from "./catalog.js";

/** Placeholder in our SQL for our own schema in a tenant's database, until it is bound to a tenant. */
export const OWN_SCHEMA = "$gate";

/** Our own schema next to a tenant: one per database, or one per tenant where tenants are schemas. */
export function ownSchemaOf(tenantSchema: string | null): string {
  if (tenantSchema === null) return "schema_gate";
  const name = `schema_gate_${tenantSchema}`;
  return Buffer.byteLength(name) <= 63 ? name : `schema_gate_${digest(tenantSchema).slice(0, 32)}`;
}

/**
 * Replaces the placeholders of a plan, which was made for a whole cluster, with a tenant's real schema names. In a string literal, as in
 * `to_regclass('"$gate"."kept"')`, the name is escaped as the literal requires.
 */
export function bindSchemas(sql: string, tenantSchema: string | null): string {
  const bound = bind(sql, OWN_SCHEMA, ownSchemaOf(tenantSchema));
  return tenantSchema === null ? bound : bind(bound, TENANT_SCHEMA, tenantSchema);
}

/** Quoted names, string literals and comments: where an apostrophe may occur. */
const TOKEN = /"[^"]*(?:""[^"]*)*"|e?'[^']*(?:''[^']*)*'|--[^\n]*|\/\*[\s\S]*?\*\//gi;

function bind(sql: string, placeholder: string, schema: string): string {
  const from = identifier(placeholder);
  const to = identifier(schema);
  const plain = (text: string) => text.replaceAll(from, () => to);
  if (!to.includes("'") && !to.includes("\\")) return plain(sql);
  const inLiteral = to.replaceAll("'", "''");
  const bound = sql.replace(TOKEN, (token) => {
    if (token.startsWith("'")) return token.replaceAll(from, () => inLiteral);
    return /^e/i.test(token) ? token.replaceAll(from, () => inLiteral.replaceAll("\\", "\\\\")) : plain(token);
  });
  return plain(bound);
}
