import { z } from "zod";
import type { Try } from "./retry.js";

export interface SlackOptions {
  /** Bot token, `xoxb-…`. Never part of a reason or a message. */
  readonly token: string;
  /** An address other than Slack's, for a proxy or a test. */
  readonly endpoint?: string;
}

const ENDPOINT = "https://slack.com/api";
const RESPONSE_ORIGIN = "https://hooks.slack.com";
const TIMEOUT_MS = 10_000;

const answerSchema = z.object({ ok: z.boolean(), error: z.string().optional() });

/** The few methods of Slack's Web API that we need (https://api.slack.com/web). */
export class SlackApi {
  private readonly token: string;
  private readonly endpoint: string;
  private readonly responseOrigin: string;

  constructor({ token, endpoint }: SlackOptions) {
    this.token = token;
    this.endpoint = endpoint ?? ENDPOINT;
    this.responseOrigin = endpoint === undefined ? RESPONSE_ORIGIN : new URL(endpoint).origin;
  }

  /** One call of a method. Slack answers 200 with `ok: false` for what it refuses, and 429 with `Retry-After`. */
  call(method: string, body: unknown): Promise<Try> {
    return this.send(`${this.endpoint}/${method}`, body, { authorization: `Bearer ${this.token}` }, async (answer) => {
      const parsed = answerSchema.safeParse(await answer.json().catch(() => null));
      if (!parsed.success) return { kind: "unreachable", reason: "Slack's answer was not JSON" };
      if (parsed.data.ok) return { kind: "sent" };
      return { kind: "refused", reason: `Slack refused: ${parsed.data.error ?? "no reason given"}` };
    });
  }

  /** Answers an interaction at the address that came with it, if that is Slack's. */
  respond(url: string, body: unknown): Promise<Try> {
    if (!URL.canParse(url) || new URL(url).origin !== this.responseOrigin) {
      return Promise.resolve({ kind: "refused", reason: "the response address is not Slack's" });
    }
    return this.send(url, body, {}, async () => ({ kind: "sent" }));
  }

  private async send(
    url: string,
    body: unknown,
    headers: Record<string, string>,
    read: (answer: Response) => Promise<Try>,
  ): Promise<Try> {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8", ...headers },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.status === 429 || answer.status >= 500) return later(answer);
      return answer.ok ? await read(answer) : { kind: "refused", reason: `Slack answered ${answer.status}` };
    } catch (error) {
      return { kind: "unreachable", reason: `Slack cannot be reached: ${causeOf(error)}` };
    }
  }
}

function later(answer: Response): Try {
  const seconds = Number(answer.headers.get("retry-after"));
  const reason = `Slack answered ${answer.status}`;
  return Number.isFinite(seconds) && seconds > 0
    ? { kind: "unreachable", reason, afterMs: seconds * 1000 }
    : { kind: "unreachable", reason };
}

function causeOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string }; message?: string };
  return cause?.code ?? message ?? "unknown";
}
