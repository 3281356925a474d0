/** Null where it is not known. */
export interface TenantSize {
  readonly bytes: number | null;
  readonly clone: number | null;
}
