export interface Secrets {
  /** The secret that a reference names (`env:NAME`, `file:PATH`). Throws `SecretError`, which names only the reference. */
  resolve(reference: string): Promise<string>;
}

export class SecretError extends Error {
  override readonly name = "SecretError";
}
