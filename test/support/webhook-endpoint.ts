import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CloudEvent } from "../../lib/core/audit/cloud-event.js";
import { closed } from "./closed.js";

export const WEBHOOK_SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes, 32").toString("base64")}`;

export interface Posted {
  readonly event: CloudEvent;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** By the recipe of docs/monitoring.md, not by the code that signs. */
  readonly signed: boolean;
}

/** A real webhook endpoint on the loopback interface. `answer` decides each request; null leaves it without an answer. */
export class WebhookEndpoint {
  readonly posted: Posted[] = [];
  answer: (posted: Posted, count: number) => number | null = () => 204;
  headers: Readonly<Record<string, string>> = {};
  private readonly server = createServer((request, response) => void this.take(request, response));

  static async open(port = 0): Promise<WebhookEndpoint> {
    const endpoint = new WebhookEndpoint();
    await new Promise<void>((resolve) => {
      endpoint.server.listen(port, "127.0.0.1", resolve);
    });
    return endpoint;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks/T024-a-secret-path`;
  }

  /** What was taken with a good answer, each once. */
  taken(): readonly CloudEvent[] {
    return [...new Map(this.posted.map(({ event }) => [event.id, event])).values()];
  }

  close(): Promise<void> {
    return closed(this.server);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { headers } = request;
    const key = Buffer.from(WEBHOOK_SECRET.slice("whsec_".length), "base64");
    const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const expected = `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
    const posted = { event: JSON.parse(body), headers, body, signed: headers["webhook-signature"] === expected };
    this.posted.push(posted);
    const code = this.answer(posted, this.posted.length);
    if (code !== null) response.writeHead(code, this.headers).end();
  }
}
