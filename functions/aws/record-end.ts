import type { Context } from "aws-lambda";
import { z } from "zod";
import { executionWatcher } from "../../lib/adapters/aws/describe-execution.js";
import { s3Artifacts } from "../../lib/adapters/aws/s3-artifacts.js";
import { s3Rollouts } from "../../lib/adapters/aws/s3-rollouts.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import type { AcceptedInput } from "../../lib/steps/run/accepted-input.js";
import { type ExecutionEnd, recordEnd, recordRemoved } from "../../lib/steps/run/record-end.js";
import { artifact } from "../../lib/steps/run/records.js";
import { runId } from "../runtime.js";
import { services } from "./lambda.js";
import { logger } from "./logger.js";
import { announce } from "./report.js";
import { auditOf, portsOf, type Services, signerOf } from "./services.js";
import { timeLimit } from "./time-limit.js";
import { traced } from "./tracer.js";

/** `Step Functions Execution Status Change` of EventBridge. */
const changed = z.looseObject({
  detail: z.looseObject({
    executionArn: z.string().min(1),
    status: z.enum(["ABORTED", "TIMED_OUT", "FAILED"]),
    input: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

/** As a queue delivers it, once a function of the execution can no longer be at work. */
const delivered = z.looseObject({ Records: z.array(z.looseObject({ body: z.string() })) });

const asked = z.looseObject({ run: runId });

/** Records and seals the runs of executions that ended without doing so themselves. A second delivery changes nothing. */
export async function handler(event: unknown, context: Context): Promise<readonly string[]> {
  const own = services();
  const outcomes: string[] = [];
  for (const { body } of delivered.parse(event).Records) {
    const { detail } = changed.parse(JSON.parse(body));
    const { status, error, cause } = detail;
    const run = runOf(detail.input);
    const end = { status, cause: [error, cause].filter(Boolean).join(": ") || "the execution gave no cause" };
    const outcome = await traced("record-end", run, () => recorded(own, run, detail.executionArn, end, context));
    logger.info("execution ended", { run, status, outcome });
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Null for an execution whose input is not a run. */
function runOf(input: string | null | undefined): string | null {
  try {
    return asked.parse(JSON.parse(input ?? "null")).run;
  } catch {
    return null;
  }
}

async function recorded(
  own: Services,
  run: string | null,
  execution: string,
  end: ExecutionEnd,
  context: Context,
): Promise<string> {
  if (run === null) return "no run";
  const artifacts = s3Artifacts(own.store, `runs/${run}`);
  const accepted = await artifacts.get<AcceptedInput>(artifact.input);
  const audit = auditOf(own, run);
  if (accepted === null && (await audit.events()).length === 0) return "never loaded";
  if (accepted !== null && accepted.execution !== execution) return "another execution's";
  const now = await executionWatcher(execution, own.client)();
  if (now.status !== end.status) return `by now ${now.status}`;
  if (accepted === null || !(await artifacts.has(artifact.request))) {
    const rest = { run, artifacts, audit, rollouts: s3Rollouts(own.store, systemClock), clock: systemClock };
    return recordRemoved({ ...rest, signer: await signerOf(own) }, end);
  }
  const limit = timeLimit(own.environment, context.getRemainingTimeInMillis());
  try {
    const ports = await portsOf(own, run, limit);
    const outcome = await recordEnd(ports, end);
    if (outcome === "recorded") await announce(own, ports);
    return outcome;
  } finally {
    limit.release();
  }
}
