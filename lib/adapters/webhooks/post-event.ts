import { createHmac } from "node:crypto";
import type { CloudEvent } from "../../core/audit/cloud-event.js";
import type { WebhookTarget } from "./target.js";

/** Null if the other side has it. `afterMs`: how long it asks to be left alone. */
export type PostFailure = { readonly reason: string; readonly afterMs: number } | null;

const TIMEOUT_MS = 10_000;

/**
 * Posts one event in CloudEvents' structured mode, signed as in Standard Webhooks 1.0 (https://www.standardwebhooks.com): `v1,` and the
 * base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`. Never rejects.
 */
export async function postEvent(
  { url, key }: Pick<WebhookTarget, "url" | "key">,
  event: CloudEvent,
  { now, stop }: { readonly now: number; readonly stop: AbortSignal },
): Promise<PostFailure> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac("sha256", key).update(`${event.id}.${timestamp}.${body}`).digest("base64");
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "user-agent": "schema-gate",
        "webhook-id": event.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      },
      body,
      // If a receiver has moved, the config must be corrected: events are posted only where the config says.
      redirect: "manual",
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    void answer.body?.cancel().catch(() => {});
    return answer.ok ? null : { reason: `it answered ${answer.status}`, afterMs: retryAfter(answer) };
  } catch (error) {
    return { reason: reasonOf(error), afterMs: 0 };
  }
}

function retryAfter({ headers }: Response): number {
  const seconds = Number(headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === "TimeoutError") return `it did not answer in ${TIMEOUT_MS / 1000} s`;
  return name === "AbortError"
    ? "it did not answer in time"
    : `it cannot be reached: ${cause?.code ?? "no connection"}`;
}
