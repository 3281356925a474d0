/** Gives back the client that it was given, whose calls it shows in a trace. */
export type Traced = <C>(client: C) => C;

/** What every SDK client of ours is made with. */
export interface ClientSettings {
  readonly region?: string;
  /** Of an emulator. */
  readonly endpoint?: string;
  /** Tries of one call, the first included. */
  readonly maxAttempts: number;
  /** Absent where nobody traces. */
  readonly traced?: Traced;
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

type Given = Omit<ClientSettings, "traced"> & { readonly forcePathStyle?: boolean };

/** A client of the SDK with these settings, and with `more` that it alone has. */
export function clientOf<C>(
  Client: new (settings: Given) => C,
  { traced, ...settings }: ClientSettings,
  more: Partial<Given> = {},
): C {
  const client = new Client({ ...settings, ...more });
  return traced ? traced(client) : client;
}
