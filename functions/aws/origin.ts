import type { LambdaEvent } from "hono/aws-lambda";
import type { Services } from "./services.js";

type Told = Pick<Services, "environment" | "policy">;

/**
 * The page's own address. If the stack names origins, only those count: the one of them that the browser says it is at. Otherwise the
 * address in the function's environment, or the Function URL's domain, which AWS names in the request.
 */
export function originOf({ environment, policy }: Told, event: LambdaEvent): string {
  const { requestContext, headers } = event as {
    requestContext?: { domainName?: string };
    headers?: Record<string, string | undefined>;
  };
  const origins = policy()?.origins ?? [];
  const at = origins.find((origin) => origin === headers?.origin) ?? origins[0];
  const told = at ?? environment.SCHEMA_GATE_APPROVAL_URL;
  if (told !== undefined) return told;
  // An emulator has a port and no certificate; on AWS a Function URL is always https.
  const emulated = environment.AWS_ENDPOINT_URL !== undefined;
  if (emulated && headers?.host !== undefined) return `${headers["x-forwarded-proto"] ?? "http"}://${headers.host}`;
  return `https://${requestContext?.domainName ?? "unknown.invalid"}`;
}
