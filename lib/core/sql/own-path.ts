import { identifier } from "./quote.js";

/**
 * The search_path of every statement of ours. With pg_catalog alone in front, an overload that fits better in a schema of the
 * tenant's is never seen; pg_temp, which would come first unless it is named, comes last.
 */
export const OWN_PATH = "pg_catalog, pg_temp";

/** What tenants of one database share where the config does not say. */
export const USUALLY_SHARED: readonly string[] = ["public"];

/** The search_path of a tenant that is a schema: its own, and behind it what the tenants share. */
export function pathOfSchema(schema: string, shared: readonly string[] = USUALLY_SHARED): string {
  return [schema, ...shared.filter((each) => each !== schema)].map(identifier).join(", ");
}
