import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { z } from "zod";
import { runningExecutions } from "../../lib/adapters/aws/running-executions.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { lateApprovers } from "../../lib/core/approval/late.js";
import type { Ports } from "../../lib/ports/ports.js";
import { remindApprovers } from "../../lib/steps/approval/ask-approvers.js";
import { runId } from "../runtime.js";
import { notifierOf } from "./channels.js";
import { services } from "./lambda.js";
import { logger } from "./logger.js";
import { openQuestion } from "./open-question.js";
import { portsOf, type Services } from "./services.js";
import { timeLimit } from "./time-limit.js";
import { traced } from "./tracer.js";

const metrics = new Metrics({ namespace: "SchemaGate", serviceName: "schema-gate" });

const given = z.looseObject({ run: runId, order: z.unknown().optional() });

/** The runs whose question is about to expire. Reminds those who have not answered it, once for each question, and counts it for the alarm. */
export async function handler(_event: unknown, context: Context): Promise<readonly string[]> {
  const own = services();
  const machine = own.environment.SCHEMA_GATE_STATE_MACHINE;
  if (machine === undefined) throw new Error("SCHEMA_GATE_STATE_MACHINE is not set, so no waiting run can be found");
  const late: string[] = [];
  for (const text of await runningExecutions(machine, own.client)) {
    const input = given.safeParse(jsonOf(text)).data;
    if (input === undefined) continue;
    try {
      if (await traced("remind", input.run, () => isLate(own, input.run, input.order !== undefined, context)))
        late.push(input.run);
    } catch (error) {
      // One run that cannot be read must not keep the others' approvers from being reminded.
      logger.error("reminder failed", { run: input.run, error: error as Error });
    }
  }
  metrics.addMetric("ApprovalsLate", MetricUnit.Count, late.length);
  metrics.publishStoredMetrics();
  return late;
}

async function isLate(own: Services, run: string, ordered: boolean, context: Context): Promise<boolean> {
  const limit = timeLimit(own.environment, context.getRemainingTimeInMillis());
  try {
    const ports = await portsOf(own, run, limit);
    const question = await openQuestion(own, ports, ordered ? await askedRollback(ports) : undefined);
    if (question === null) return false;
    const { notice, record } = question;
    const people = lateApprovers(record.request, record.entries, systemClock.now());
    if (people === null) return false;
    if (await ports.approvals.claim(`reminder ${notice.run} ${notice.digest}`, notice.expiresAt)) {
      const recipients = notice.recipients.filter(({ person }) => people.some(({ id }) => id === person.id));
      const reached = await remindApprovers(ports, await notifierOf(own), { ...notice, recipients });
      logger.info("approvers reminded", { run, reached: reached.length });
    }
    return true;
  } finally {
    limit.release();
  }
}

/** Place in the trail of the order that people are asked about. */
async function askedRollback(ports: Ports): Promise<number | undefined> {
  return (await ports.audit.events()).findLast(({ action }) => action === "rollback.asked")?.seq;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
