import { identifier } from "./quote.js";

/**
 * The search_path of every statement of ours. With pg_catalog alone in front, an overload that fits better in a schema of the
 * tenant's is never seen; pg_temp, which would come first unless it is named, comes last.
 */
export const OWN_PATH = "pg_catalog, pg_temp";

/** The search_path of a tenant that is a schema. */
export function pathOfSchema(schema: string): string {
  return `${identifier(schema)}, public`;
}
