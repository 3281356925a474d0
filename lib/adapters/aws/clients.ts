/** What every SDK client of ours is made with. */
export interface ClientSettings {
  readonly region?: string;
  /** Of an emulator. */
  readonly endpoint?: string;
  /** Tries of one call, the first included. */
  readonly maxAttempts: number;
}

const MOST_ATTEMPTS = 8;

/**
 * Throttling (429, `SlowDown`, `ThrottlingException`) and faults of the service are tried again by the SDK with a pause that
 * grows and is spread at random.
 */
export function clientSettings(environment: Readonly<Record<string, string | undefined>>): ClientSettings {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const endpoint = environment.AWS_ENDPOINT_URL;
  return {
    maxAttempts: Number(environment.AWS_MAX_ATTEMPTS ?? MOST_ATTEMPTS),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }),
  };
}
