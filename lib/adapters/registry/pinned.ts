import type { Config } from "../../core/config/config.js";
import { isPinned } from "../../core/config/pinned-host.js";
import { SecretError, type Secrets } from "../../ports/secrets.js";
import type { Endpoint } from "../pg/connection.js";
import { EndpointError, endpointOf } from "../pg/endpoint.js";

/** A registry is data that many may change; the password goes only where the config says. Throws `EndpointError`. */
export function refuseUnpinned(hosts: readonly string[], { host, port }: Endpoint): void {
  if (isPinned(hosts, host, port)) return;
  throw new EndpointError(
    `connection.password is not sent to ${host}:${port}, which connection.hosts does not name; add the host there when it is yours`,
  );
}

/** PGPASSWORD is a default too: it goes only to the hosts that the config names. */
export async function withEnvironmentPassword(
  endpoint: Endpoint,
  hosts: readonly string[],
  secrets: Secrets,
): Promise<Endpoint> {
  if (endpoint.password !== undefined || !isPinned(hosts, endpoint.host, endpoint.port)) return endpoint;
  try {
    return { ...endpoint, password: await secrets.resolve("env:PGPASSWORD") };
  } catch (error) {
    if (error instanceof SecretError) return endpoint;
    throw error;
  }
}

/** Where clones are made, if on another server. Throws `EndpointError` and `SecretError`. */
export async function stagingServer({ staging, connection }: Config, secrets: Secrets): Promise<Endpoint | null> {
  if (staging.url === undefined) return null;
  return withEnvironmentPassword(endpointOf(await secrets.resolve(staging.url)), connection.hosts, secrets);
}
