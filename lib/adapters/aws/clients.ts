import type { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** Returns the client that it was given, with the client's calls shown in a trace. */
export type Traced = <C>(client: C) => C;

/** Settings of every SDK client that we create. */
export interface ClientSettings {
  readonly region?: string;
  /** Of an emulator. */
  readonly endpoint?: string;
  /** Attempts at one call, including the first. */
  readonly maxAttempts: number;
  /** Of a role in another account; absent: the function's own. */
  readonly credentials?: ReturnType<typeof fromTemporaryCredentials>;
  /** Absent if nobody traces. */
  readonly traced?: Traced;
}

const MOST_ATTEMPTS = 8;

/** The SDK retries throttling (429, `SlowDown`, `ThrottlingException`) and service faults, with a growing, randomly spread pause. */
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

/** An SDK client with these settings, plus `more` for this client only. */
export function clientOf<C>(
  Client: new (settings: Given) => C,
  { traced, ...settings }: ClientSettings,
  more: Partial<Given> = {},
): C {
  const client = new Client({ ...settings, ...more });
  return traced ? traced(client) : client;
}
