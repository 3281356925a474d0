/** What one probe left open in a tenant. */
export interface OpenQuestion {
  readonly code: string;
  readonly subject: string;
}
