import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { APPROVE_ACTION, type ButtonValue, REJECT_ACTION } from "../../../lib/adapters/notify/slack-message.js";
import type { SlackCall, SlackServer } from "../../adapters/notify/slack-server.js";
import type { Target } from "../stack/target.js";
import type { Browser, BrowserAnswer } from "./decide-on-page.js";
import { functionUrl } from "./function-url.js";

/** Member id of the scenarios' approver. */
export const MEMBER = "U0ALEX";
export const SIGNING_SECRET = "the-signing-secret-of-the-app";
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** What may be wrong with a request that says it is Slack's. */
export interface Forgery {
  readonly secret?: string;
  /** Seconds since the epoch, as signed. */
  readonly at?: number;
  readonly user?: string;
  /** Sent in place of what was signed. */
  readonly body?: string;
}

interface Block {
  readonly type: string;
  readonly elements?: readonly { readonly action_id?: string; readonly value?: string }[];
}

/** A member of the workspace, and Slack between them and the stack: the stack's messages arrive at `slack`, presses are sent to its Request URL. */
export class SlackMember {
  private readonly browser: Browser;
  private readonly path: string;

  constructor(
    private readonly slack: SlackServer,
    target: Target,
    slackUrl: string,
  ) {
    this.browser = functionUrl(target.reviewUrl, target.endpoint);
    this.path = new URL(slackUrl).pathname;
  }

  /** Texts of what the stack answered after its acknowledgement. */
  get told(): readonly string[] {
    return this.slack.calls.filter(({ path }) => path.startsWith("/actions/")).map(({ body }) => body.text ?? "");
  }

  /** Presses a button of the message about a run. */
  async press(run: string, button: "approve" | "reject", forgery: Forgery = {}): Promise<BrowserAnswer> {
    const action = button === "approve" ? APPROVE_ACTION : REJECT_ACTION;
    const value = await this.asked(run, action);
    return this.send(
      {
        type: "block_actions",
        user: { id: forgery.user ?? MEMBER },
        trigger_id: "1.2",
        response_url: `${this.slack.origin}/actions/T1/1`,
        actions: [{ action_id: action, action_ts: "1.1", value, type: "button" }],
      },
      forgery,
    );
  }

  /** Waits until a call of the stack is as wanted. Throws if none is. */
  async until(wanted: (call: SlackCall) => boolean): Promise<SlackCall> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(POLL_MS)) {
      const found = this.slack.calls.find(wanted);
      if (found !== undefined) return found;
    }
    const calls = this.slack.calls.map(({ path, body }) => `${path} ${body.channel ?? ""} ${body.text ?? ""}`);
    throw new Error(`the stack did not call Slack so within ${PATIENCE_MS / 1000} s; it called: ${calls.join("; ")}`);
  }

  private async asked(run: string, action: string): Promise<string> {
    const buttonOf = ({ path, body }: SlackCall) =>
      path.endsWith("/chat.postMessage") && body.channel === MEMBER
        ? ((body.blocks ?? []) as readonly Block[])
            .flatMap(({ elements = [] }) => elements)
            .find(({ action_id: id, value }) => id === action && (JSON.parse(value ?? "{}") as ButtonValue).run === run)
            ?.value
        : undefined;
    return buttonOf(await this.until((call) => buttonOf(call) !== undefined)) ?? "";
  }

  private send(payload: object, { secret = SIGNING_SECRET, at, body: other }: Forgery): Promise<BrowserAnswer> {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(at ?? Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
    return this.browser(this.path, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": `v0=${signature}`,
      },
      body: other ?? body,
    });
  }
}
