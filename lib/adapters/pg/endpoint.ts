import type { Endpoint } from "./connection.js";

/** Why a URL cannot be used. Never repeats the URL, which may hold a password. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
}

/** What a URL leaves open. */
export interface EndpointDefaults {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | undefined;
}

/**
 * Parses a `postgres://` URL. TLS is verified unless the URL says `sslmode=disable`, the defaults say otherwise, or the host is the
 * loopback interface. Throws `EndpointError`.
 */
export function endpointOf(url: string, defaults: EndpointDefaults = {}): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !["postgres:", "postgresql:"].includes(parsed.protocol)) {
    throw new EndpointError("expected a URL such as postgres://user@host:5432/database");
  }
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (!parsed.hostname || !database) throw new EndpointError("the URL lacks its host or its database");
  const mode = parsed.searchParams.get("sslmode");
  const password = decodeURIComponent(parsed.password) || defaults.password;
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    database,
    user: decodeURIComponent(parsed.username) || defaults.user || "postgres",
    ...(password === undefined ? {} : { password }),
    tls: mode === null ? (defaults.tls ?? !isLoopback(parsed.hostname)) : mode !== "disable",
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || /^127\./.test(host);
}
