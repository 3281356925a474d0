import { identifier, literal } from "../../sql/quote.js";
import { TENANT_SCHEMA } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { SCHEMA_OWNER } from "../query.js";

/** Stands in a statement for the owner of the tenant's database or schema, whose name differs from tenant to tenant. */
export const HOME_OWNER = '"\u0001owner"';

/**
 * The statement for any tenant that it is run in: it looks up the owner's name there, since whoever runs the repair need not be the owner. A
 * statement that names no owner stays as it is.
 */
export function withHomeOwner(statement: string, { catalog }: CatalogIndex): string {
  if (!statement.includes(HOME_OWNER)) return statement;
  const isSchema = catalog.objects.some(({ id }) => id.schema === TENANT_SCHEMA);
  const owner = isSchema
    ? `SELECT ${SCHEMA_OWNER} FROM pg_catalog.pg_namespace n WHERE n.oid = pg_catalog.to_regnamespace('${identifier(TENANT_SCHEMA)}')`
    : "SELECT datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";
  const template = literal(statement.replaceAll("%", "%%").replaceAll(HOME_OWNER, "%1$I")).trimStart();
  return `DO $repair$ BEGIN EXECUTE pg_catalog.format(${template}, pg_catalog.pg_get_userbyid((${owner}))); END $repair$`;
}
