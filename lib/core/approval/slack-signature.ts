import { createHmac, timingSafeEqual } from "node:crypto";

/** Slack's own advice on how old a request may be (https://api.slack.com/authentication/verifying-requests-from-slack). */
export const SLACK_WINDOW_MS = 5 * 60 * 1000;

/**
 * Whether Slack signed these bytes within the last five minutes. `timestamp` is the header in seconds, `signature` the header
 * `v0=…`, `now` milliseconds since the epoch.
 */
export function slackSignatureHolds(
  request: { readonly body: string; readonly timestamp: string; readonly signature: string },
  secret: string,
  now: number,
): boolean {
  const { body, timestamp, signature } = request;
  if (secret === "" || !/^\d{1,12}$/.test(timestamp)) return false;
  if (!(Math.abs(now - Number(timestamp) * 1000) <= SLACK_WINDOW_MS)) return false;
  const expected = Buffer.from(`v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
