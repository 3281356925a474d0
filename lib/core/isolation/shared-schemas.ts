import { USUALLY_SHARED } from "../sql/own-path.js";

interface Shares {
  readonly registry: { readonly shared?: readonly string[] | undefined };
}

/** Schemas that the tenants of a database share: after the tenant's own in its search_path. */
export function sharedSchemas({ registry }: Shares): readonly string[] {
  return registry.shared ?? USUALLY_SHARED;
}
