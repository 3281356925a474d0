/** What every SDK client of ours is made with. */
export interface ClientSettings {
  readonly region?: string;
  /** Tries of one call, the first included. */
  readonly maxAttempts: number;
}

/**
 * Throttling (429, `SlowDown`, `ThrottlingException`) and faults of the service are tried again by the SDK with a pause that
 * grows and is spread at random. An emulator's address comes from `AWS_ENDPOINT_URL`, which the SDK reads by itself.
 */
export function clientSettings(environment: Readonly<Record<string, string | undefined>>): ClientSettings {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  return { maxAttempts: 8, ...(region === undefined ? {} : { region }) };
}
