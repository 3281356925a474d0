import type { Context } from "aws-lambda";
import type { Hono } from "hono";
import { handle, type LambdaEvent } from "hono/aws-lambda";
import { z } from "zod";
import { approvalSettler } from "../../lib/adapters/aws/approval-settler.js";
import { invokeLater } from "../../lib/adapters/aws/invoke-later.js";
import { S3Approvals } from "../../lib/adapters/aws/s3-approvals.js";
import { s3Artifacts } from "../../lib/adapters/aws/s3-artifacts.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { reviewApp } from "../../lib/review/app.js";
import { auditRefusal } from "../../lib/review/audit-refusal.js";
import type { ReviewDeps, ReviewEvent } from "../../lib/review/deps.js";
import { reviewModelOf, rollbackModelOf } from "../../lib/review/model-of-run.js";
import { type SlackPayload, slackPayloadSchema } from "../../lib/review/slack/payload.js";
import { decideInSlack, SLACK_PATH, type SlackDeps, slackApp } from "../../lib/review/slack/slack-app.js";
import { rollbackOf } from "../../lib/steps/approval/rollback-question.js";
import { artifact } from "../../lib/steps/run/records.js";
import { slackOf } from "./channels.js";
import { services } from "./lambda.js";
import { logger } from "./logger.js";
import { originOf } from "./origin.js";
import { portsOf, type Services, UNLIMITED } from "./services.js";
import { traced } from "./tracer.js";

/** What the function hands to itself, outside the Function URL: whoever may invoke it is the gate. */
const handedOver = z.strictObject({ slack: slackPayloadSchema });

/** The review page and Slack's interactions, behind the approval Function URL. */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  const own = services();
  return traced("review", null, async () => {
    const later = handedOver.safeParse(event).data?.slack;
    if (later !== undefined) return decideLater(own, later, context);
    const request = event as LambdaEvent;
    return handle(await appFor(own, originOf(own, request), context))(request, context as never);
  });
}

async function decideLater(own: Services, interaction: SlackPayload, context: Context): Promise<void> {
  const deps = await slackDepsOf(own, await depsOf(own, ""), context);
  if (deps === null) throw new Error("Slack is not set up, so what was pressed there cannot be decided");
  await decideInSlack(deps, interaction);
}

async function appFor(own: Services, origin: string, context: Context): Promise<Hono> {
  const deps = await depsOf(own, origin);
  const app = reviewApp(deps);
  app.post(SLACK_PATH, async (c) => {
    const slack = await slackDepsOf(own, deps, context);
    return slack === null ? c.text("Slack is not set up.", 404) : slackApp(slack).fetch(c.req.raw);
  });
  return app;
}

async function slackDepsOf(own: Services, deps: ReviewDeps, context: Context): Promise<SlackDeps | null> {
  const slack = await slackOf(own);
  const later = (interaction: SlackPayload) => invokeLater(context.functionName, { slack: interaction }, own.client);
  return slack === null ? null : { ...deps, ...slack, later };
}

async function depsOf(own: Services, origin: string): Promise<ReviewDeps> {
  const approvals = new S3Approvals(own.store, own.linkKey, own.authenticator);
  return {
    origin,
    key: await own.linkKey(),
    approvals,
    clock: systemClock,
    model: (run) => modelOf(own, run),
    settle: approvalSettler(approvals, own.client),
    audit: (event) => audited(own, event),
    failed: (error) => logger.error("review failed", { error }),
  };
}

async function modelOf(own: Services, question: string) {
  const rollback = rollbackOf(question);
  const run = rollback?.run ?? question;
  if (!(await s3Artifacts(own.store, `runs/${run}`).has(artifact.score))) return null;
  const ports = await portsOf(own, run, UNLIMITED);
  return rollback === null ? reviewModelOf(ports) : rollbackModelOf(ports, rollback.order);
}

async function audited(own: Services, event: ReviewEvent): Promise<void> {
  logger.info("review", { review: event });
  if (event.kind === "refusal" && event.run !== null)
    await auditRefusal(await portsOf(own, rollbackOf(event.run)?.run ?? event.run, UNLIMITED), event);
}
