import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Capability } from "../core/approval/capability.js";
import { TamperedError } from "../ports/tampered.js";
import { approvalView } from "./approval-view.js";
import { livePart, notice, page } from "./components/page.js";
import type { HoldForm } from "./components/rollout.js";
import type { ReviewDeps } from "./deps.js";
import { formCookie, issueForm } from "./form.js";
import { holdRollout, isHold } from "./hold.js";
import { runPath } from "./links.js";
import type { ReviewModel } from "./model.js";
import { SECURITY_HEADERS } from "./policy.js";
import { capabilityOf, isRefusedRequest, REFUSED_REQUESTS, type RefusedRequest } from "./refused-request.js";
import { type Submission, submit } from "./submit.js";
import { unlessTampered } from "./unless-tampered.js";

const LARGEST_BODY = 64 * 1024;

/**
 * The review page as one web application, for a local server and for a Lambda. `GET /runs/RUN?c=CAPABILITY` shows, `POST` to the same
 * address decides, or pauses and resumes a rollout, and `GET …/progress` returns the live part. Only POST changes anything, so a mail
 * scanner that opens links decides nothing. No answer, log line or audit event contains a capability or a task token.
 */
export function reviewApp(deps: ReviewDeps): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  });
  app.get("/runs/:run", (c) => show(c, deps));
  app.get("/runs/:run/progress", (c) => progress(c, deps));
  app.post("/runs/:run", bodyLimit({ maxSize: LARGEST_BODY, onError: tooLarge }), (c) => decide(c, deps));
  app.options("*", (c) => c.body(null, 204, { allow: "GET, HEAD, POST, OPTIONS" }));
  app.notFound((c) => c.html(notice("Nothing here", "Open the link that was sent to you."), 404));
  app.onError((error, c) => {
    deps.failed?.(error);
    if (error instanceof TamperedError) return refuse(c, REFUSED_REQUESTS.tampered);
    return c.html(notice("This did not work", "Nothing was decided. Try again in a moment."), 500);
  });
  return app;
}

async function show(c: Context, deps: ReviewDeps): Promise<Response> {
  const run = c.req.param("run") ?? "";
  const capability = await capabilityOf(deps, run, c.req.query("c"));
  if (isRefusedRequest(capability)) return refuse(c, capability);
  const model = await filled(deps, run);
  if (model === null) return refuse(c, REFUSED_REQUESTS["unknown-run"]);
  const mayDecide = capability.scope === "decide" && model.approval?.status === "pending";
  if (!mayDecide) return c.html(page(model, { decision: null, hold: holdForm(c, deps, capability, model) }));
  if (capability.digest !== model.digest) return refuse(c, REFUSED_REQUESTS["state-changed"]);
  return c.html(page(model, { decision: issueForm(c, deps, capability), hold: null }));
}

/** For people who may decide, while there is something to hold. */
function holdForm(c: Context, deps: ReviewDeps, capability: Capability, model: ReviewModel): HoldForm | null {
  const may = capability.scope === "decide" && deps.hold !== undefined && model.rollout !== null;
  return may && model.outcome === null ? { csrf: issueForm(c, deps, capability).csrf } : null;
}

async function progress(c: Context, deps: ReviewDeps): Promise<Response> {
  const run = c.req.param("run") ?? "";
  const capability = await capabilityOf(deps, run, c.req.query("c"));
  if (isRefusedRequest(capability)) return refuse(c, capability);
  const model = await filled(deps, run, deps.live);
  if (model === null) return refuse(c, REFUSED_REQUESTS["unknown-run"]);
  return c.html(livePart(model, holdForm(c, deps, capability, model)));
}

async function decide(c: Context, deps: ReviewDeps): Promise<Response> {
  const run = c.req.param("run") ?? "";
  const answer = await unlessTampered(deps, run, "link", () => decided(c, deps, run));
  return isRefusedRequest(answer) ? refuse(c, answer) : answer;
}

async function decided(c: Context, deps: ReviewDeps, run: string): Promise<Response> {
  const token = c.req.query("c");
  const capability = await capabilityOf(deps, run, token);
  const fields = await c.req.parseBody();
  const cookie = isRefusedRequest(capability) ? "" : formCookie(c, capability);
  const sent: Submission = { headers: c.req.raw.headers, cookie, fields };
  const outcome = isHold(fields) ? await holdRollout(deps, capability, sent) : await submit(deps, capability, sent);
  // After a decision the browser requests the page again, so that reloading it does not send the form again.
  if (outcome === null) return c.redirect(`${runPath(run)}?c=${token}`, 303);
  const again = !isRefusedRequest(capability) && outcome.status === 422 ? await filled(deps, run) : null;
  if (again === null || isRefusedRequest(capability)) return refuse(c, outcome);
  const form = { ...issueForm(c, deps, capability), refusal: outcome.message };
  return c.html(page(again, { decision: form, hold: null }), outcome.status);
}

async function filled(deps: ReviewDeps, run: string, read = deps.model): Promise<ReviewModel | null> {
  const [model, record] = await Promise.all([read(run), deps.approvals.read(run)]);
  if (model === null) return null;
  return { ...model, approval: record === null ? null : approvalView(record, deps.clock.now()) };
}

function tooLarge(c: Context): Response {
  return c.html(notice("Too much was sent", "A reason may have 2,000 characters."), 413) as Response;
}

function refuse(c: Context, refusal: RefusedRequest): Response {
  return c.html(notice(refusal.title, refusal.message), refusal.status) as Response;
}
