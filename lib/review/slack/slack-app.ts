import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { SlackApi } from "../../adapters/notify/slack-api.js";
import {
  APPROVE_ACTION,
  type ButtonValue,
  escapedForSlack,
  REJECT_ACTION,
  REJECT_VIEW,
  rejectionView,
} from "../../adapters/notify/slack-message.js";
import type { Attempt } from "../../core/approval/decide.js";
import { SLACK_WINDOW_MS, slackSignatureHolds } from "../../core/approval/slack-signature.js";
import { decideOnce } from "../decide-once.js";
import type { RefusedRequestCode, ReviewDeps } from "../deps.js";
import type { RefusedRequest } from "../refused-request.js";
import { unlessTampered } from "../unless-tampered.js";
import {
  isFromHome,
  type Pressed,
  readButton,
  readForm,
  readPayload,
  type SlackPayload,
  type Submitted,
} from "./payload.js";

export interface SlackDeps extends ReviewDeps {
  /** Slack's signing secret of the app. */
  readonly signingSecret: string;
  /** Ids of the workspace and the app, if the config names them. */
  readonly home?: { readonly team?: string | undefined; readonly app?: string | undefined };
  readonly api: Pick<SlackApi, "call" | "respond">;
  /** Sees to it that `decideInSlack` gets what was pressed or sent, after Slack has its answer: it waits for three seconds. */
  readonly later: (interaction: SlackPayload) => Promise<void>;
}

export const SLACK_PATH = "/slack/interactions";

const LARGEST_BODY = 256 * 1024;

/**
 * Where Slack sends button presses: `POST /slack/interactions`. The person deciding is the member that Slack names in a request that Slack
 * signed; a request signed too long ago, or seen before, does nothing.
 */
export function slackApp(deps: SlackDeps): Hono {
  const app = new Hono();
  app.post(SLACK_PATH, bodyLimit({ maxSize: LARGEST_BODY }), (c) => interaction(c, deps));
  app.onError((error, c) => {
    deps.failed?.(error);
    return c.text("Nothing was decided. Try again in a moment.", 500);
  });
  return app;
}

async function interaction(c: Context, deps: SlackDeps): Promise<Response> {
  const body = await c.req.text();
  const timestamp = c.req.header("x-slack-request-timestamp") ?? "";
  const signature = c.req.header("x-slack-signature") ?? "";
  const now = deps.clock.now();
  if (!slackSignatureHolds({ body, timestamp, signature }, deps.signingSecret, now)) {
    await turnAway(deps, "forged", "Slack's signature or its time does not hold");
    return c.text("The signature does not hold.", 401);
  }
  if (!(await deps.approvals.claim(`slack ${signature}`, now + 2 * SLACK_WINDOW_MS))) {
    await turnAway(deps, "replayed", "this message of Slack's was seen before");
    return c.text("Seen before.", 409);
  }
  const payload = readPayload(body);
  if (payload === null) return c.text("", 200);
  if (!isFromHome(payload, deps.home ?? {})) {
    await turnAway(deps, "forged", "this comes from another workspace or app of Slack's than the config names");
    return c.text("Not from the workspace that may decide.", 403);
  }
  return payload.type === "block_actions" ? press(c, deps, payload) : reject(c, deps, payload);
}

/** An approval is decided later; a rejection first needs its reason, in a form that Slack opens for three seconds only. */
async function press(c: Context, deps: SlackDeps, payload: Pressed): Promise<Response> {
  for (const action of payload.actions) {
    const button = readButton(action.value);
    if (button !== null && action.action_id === REJECT_ACTION) await askForReason(deps, payload, button);
  }
  if (payload.actions.some((action) => action.action_id === APPROVE_ACTION)) await deps.later(payload);
  return c.text("", 200);
}

async function askForReason(deps: SlackDeps, payload: Pressed, button: ButtonValue): Promise<void> {
  const { trigger_id, response_url } = payload;
  const view = rejectionView({ ...button, answerAt: response_url });
  const opened = await deps.api.call("views.open", { trigger_id, view });
  if (opened.kind === "sent") return;
  await tell(deps, response_url, `The form could not be opened (${opened.reason}). Reject it on its page instead.`);
}

async function reject(c: Context, deps: SlackDeps, payload: Submitted): Promise<Response> {
  if (formOf(payload) === null) return c.text("", 200);
  if (reasonOf(payload).trim() === "")
    return c.json({ response_action: "errors", errors: { reason: "A rejection needs a reason." } });
  await deps.later(payload);
  return c.json({ response_action: "clear" });
}

/** Decides what was pressed or sent, and tells the person, and nobody else, what came of it. Called twice, it decides once. */
export async function decideInSlack(deps: SlackDeps, payload: SlackPayload): Promise<void> {
  const { id } = payload.user;
  if (payload.type === "view_submission") {
    const form = formOf(payload);
    if (form === null) return;
    const refusal = await decide(deps, id, { ...form, reason: reasonOf(payload) }, `${id} ${payload.view.id}`);
    return tell(deps, form.answerAt, outcome(refusal, "Your rejection counts."));
  }
  for (const action of payload.actions) {
    const button = readButton(action.value);
    if (button === null || action.action_id !== APPROVE_ACTION) continue;
    const refusal = await decide(deps, id, { ...button, reason: null }, `${id} ${action.action_ts}`);
    await tell(deps, payload.response_url, outcome(refusal, "Your approval counts."));
  }
}

function outcome(refusal: RefusedRequest | null, done: string): string {
  return refusal === null ? done : `${refusal.title}. ${refusal.message}`;
}

async function tell(deps: SlackDeps, url: string, text: string): Promise<void> {
  await deps.api.respond(url, { response_type: "ephemeral", replace_original: false, text: escapedForSlack(text) });
}

function formOf({ view }: Submitted) {
  return view.callback_id === REJECT_VIEW ? readForm(view.private_metadata) : null;
}

function reasonOf({ view }: Submitted): string {
  return view.state.values.reason.text.value ?? "";
}

/** A reason makes it a rejection. */
async function decide(
  deps: SlackDeps,
  name: string,
  { run, digest, reason }: { run: string; digest: string; reason: string | null },
  nonce: string,
): Promise<RefusedRequest | null> {
  const model = await deps.model(run);
  const verdict = reason === null ? "approve" : "reject";
  // Shown in Slack and still true: one digest, or none that any request has.
  const same = model?.digest === digest ? digest : "changed";
  const attempt: Attempt = {
    run,
    digest: same,
    name,
    channel: "slack",
    verdict,
    reason,
    nonce: `slack ${nonce}`,
    at: deps.clock.now(),
  };
  return unlessTampered(deps, run, "slack", () => decideOnce(deps, attempt));
}

function turnAway(deps: SlackDeps, code: RefusedRequestCode | "replayed", message: string): Promise<void> {
  return deps.audit({
    kind: "refusal",
    run: null,
    person: null,
    channel: "slack",
    code,
    message,
    at: deps.clock.now(),
  });
}
