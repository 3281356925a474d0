/** A name without a schema is looked up along the tenant's search path. */
export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}
