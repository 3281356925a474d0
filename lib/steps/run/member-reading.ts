import type { TenantReading } from "./records.js";

/** What a cluster's dry run needs to know about each of its tenants, as they were read. */
export type MemberReading = Pick<TenantReading, "tenant" | "role"> & { readonly bytes: number | null };
