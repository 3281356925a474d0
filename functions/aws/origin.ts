import type { LambdaEvent } from "hono/aws-lambda";
import type { Environment } from "../environment.js";

/** The page's own address: the Function URL's domain, which AWS names in the request, unless the stack gives another. */
export function originOf(environment: Environment, event: LambdaEvent): string {
  if (environment.SCHEMA_GATE_APPROVAL_URL !== undefined) return environment.SCHEMA_GATE_APPROVAL_URL;
  const { requestContext, headers } = event as {
    requestContext?: { domainName?: string };
    headers?: Record<string, string | undefined>;
  };
  // An emulator has a port and no certificate; on AWS a Function URL is always https.
  const emulated = environment.AWS_ENDPOINT_URL !== undefined;
  if (emulated && headers?.host !== undefined) return `${headers["x-forwarded-proto"] ?? "http"}://${headers.host}`;
  return `https://${requestContext?.domainName ?? "unknown.invalid"}`;
}
