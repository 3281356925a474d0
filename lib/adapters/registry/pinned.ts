import { isPinned } from "../../core/config/pinned-host.js";
import type { Endpoint } from "../pg/connection.js";
import { EndpointError } from "../pg/endpoint.js";

/** A registry is data that many may change; the password goes only where the config says. Throws `EndpointError`. */
export function refuseUnpinned(hosts: readonly string[], { host, port }: Endpoint): void {
  if (isPinned(hosts, host, port)) return;
  throw new EndpointError(
    `connection.password is not sent to ${host}:${port}, which connection.hosts does not name; add the host there when it is yours`,
  );
}
