import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import type { ClientSettings } from "../../../lib/adapters/aws/clients.js";
import { clientOf } from "../../../lib/adapters/aws/clients.js";
import { runPath } from "../../../lib/review/links.js";
import { closed } from "../../support/closed.js";

/** How long a message may take from the function that sends it to the endpoint. */
const DELIVERY_MS = 30_000;

/** An approver's subscription of the topic, at an HTTP endpoint of this machine: what an emulator sends there is what was really sent. */
export class SentLinks {
  private readonly messages: string[] = [];
  private readonly waiting = new Set<() => void>();
  private confirm: () => void = () => {};

  private constructor(
    private readonly sns: SNSClient,
    private readonly topic: string,
    private readonly server: Server,
  ) {}

  /** Subscribes as docs/aws.md says of an approver, and waits until the endpoint has confirmed it. */
  static async subscribe(topic: string, person: string, settings: ClientSettings): Promise<SentLinks> {
    const server = createServer();
    const links = new SentLinks(clientOf(SNSClient, settings), topic, server);
    server.on("request", async (request, response) => {
      await links.take(request);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const confirmed = new Promise<void>((resolve) => {
      links.confirm = resolve;
    });
    await links.sns.send(
      new SubscribeCommand({
        TopicArn: topic,
        Protocol: "http",
        Endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        Attributes: { FilterPolicy: JSON.stringify({ approver: [person] }) },
      }),
    );
    await confirmed;
    return links;
  }

  /** The newest link to a run's page that was sent. Throws if none arrives. */
  async linkTo(run: string): Promise<string> {
    const late = AbortSignal.timeout(DELIVERY_MS);
    for (;;) {
      const link = this.messages
        .flatMap((message) => message.match(/https?:\/\/\S+/g) ?? [])
        .findLast((url) => new URL(url).pathname === runPath(run));
      if (link !== undefined) return link;
      if (late.aborted) throw new Error(`no link to the page of ${run} was sent within ${DELIVERY_MS / 1000} s`);
      await this.another(late);
    }
  }

  close(): Promise<void> {
    return closed(this.server);
  }

  private another(late: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      late.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  private async take(request: IncomingMessage): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const said = JSON.parse(body) as { readonly Type: string; readonly Token?: string; readonly Message: string };
    if (said.Type === "SubscriptionConfirmation") {
      await this.sns.send(new ConfirmSubscriptionCommand({ TopicArn: this.topic, Token: said.Token }));
      this.confirm();
    } else if (said.Type === "Notification") {
      this.messages.push(said.Message);
      for (const wake of this.waiting) wake();
      this.waiting.clear();
    }
  }
}
