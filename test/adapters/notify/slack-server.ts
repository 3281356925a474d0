import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { closed } from "../../support/closed.js";

export interface SlackCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly channel?: string;
    readonly text?: string;
    readonly blocks?: readonly unknown[];
    readonly view?: unknown;
  };
}

/** How the server answers the next call: Slack's own ways to say no. */
export type SlackMood = "ok" | "channel_not_found" | "rate limited" | "broken" | "not JSON";

export const TOKEN = "xoxb-the-bot-token";

/** `startSlackServer` until the end of the test. */
export async function slackServer(moods: readonly SlackMood[] = []) {
  const server = await startSlackServer(moods);
  onTestFinished(server.close);
  return server;
}

/** A local server that speaks Slack's Web API: bearer token, JSON in and out, `ok: false`, 429 with Retry-After. */
export async function startSlackServer(moods: readonly SlackMood[] = []) {
  const calls: SlackCall[] = [];
  const left = [...moods];
  const server = createServer(async (request, response) => {
    calls.push({
      path: request.url ?? "",
      authorization: request.headers.authorization,
      body: JSON.parse(await textOf(request)) as SlackCall["body"],
    });
    const mood = left.shift() ?? "ok";
    const known = request.headers.authorization === `Bearer ${TOKEN}` || request.url?.startsWith("/actions/");
    const status = mood === "rate limited" ? 429 : mood === "broken" ? 503 : 200;
    response.writeHead(status, {
      "content-type": "application/json",
      ...(status === 429 ? { "retry-after": "7" } : {}),
    });
    if (mood === "not JSON") response.end("<html>");
    else if (!known) response.end(JSON.stringify({ ok: false, error: "invalid_auth" }));
    else response.end(JSON.stringify(mood === "ok" ? { ok: true } : { ok: false, error: mood }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return { endpoint: `${origin}/api`, origin, calls, close: () => closed(server) };
}

export type SlackServer = Awaited<ReturnType<typeof startSlackServer>>;

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
