import { identifier } from "./quote.js";

/**
 * The search_path of all our statements. With only pg_catalog in front, a better-fitting overload in a tenant's schema is never seen; pg_temp, which
 * would come first unless it is named, comes last.
 */
export const OWN_PATH = "pg_catalog, pg_temp";

/** What tenants of one database share if the config does not say. */
export const USUALLY_SHARED: readonly string[] = ["public"];

/** The search_path of a tenant that is a schema: its own, followed by what the tenants share. */
export function pathOfSchema(schema: string, shared: readonly string[] = USUALLY_SHARED): string {
  return [schema, ...shared.filter((each) => each !== schema)].map(identifier).join(", ");
}
