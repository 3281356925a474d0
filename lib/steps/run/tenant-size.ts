/** Null if unknown. */
export interface TenantSize {
  readonly bytes: number | null;
  readonly clone: number | null;
}
