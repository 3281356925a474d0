import type { TenantReading } from "./records.js";

/** What the dry run of a cluster asks of each of its tenants, as they were read. */
export type MemberReading = Pick<TenantReading, "tenant" | "role"> & { readonly bytes: number | null };
