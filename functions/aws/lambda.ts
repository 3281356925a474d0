import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { z } from "zod";
import type { Ports } from "../../lib/ports/ports.js";
import type { RunRequest } from "../../lib/steps/run/records.js";
import { TransientFailure } from "../../lib/steps/run/step.js";
import { configureRuntime, type Handler } from "../runtime.js";
import { logger } from "./logger.js";
import { portsOf, type Services, servicesOf } from "./services.js";
import { timeLimit } from "./time-limit.js";
import { traced, tracedClient } from "./tracer.js";

export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

export interface Surroundings {
  /** Before the step, and before there are ports. Returns the request as the step should read it. */
  readonly before?: (services: Services, event: unknown) => Promise<RunRequest>;
  /** After the step, with its ports. */
  readonly after?: (services: Services, ports: Ports, event: unknown) => Promise<void>;
}

const named = z.looseObject({ run: z.string() });
const called = z.looseObject({ worker: z.string().optional(), batch: z.string().optional() });

const metrics = new Metrics({ namespace: "SchemaGate", serviceName: "schema-gate" });

let kept: Services | null = null;

/** The services of this process, made at its first invocation. */
export function services(): Services {
  kept ??= servicesOf(process.env, tracedClient);
  return kept;
}

/**
 * One of our handlers as Lambda calls it: AWS ports, a log line, metrics and a trace. Never logs an event, which may contain a task token,
 * or a step's output, which may contain tenants' names.
 */
export function onLambda(step: string, handler: Handler, around: Surroundings = {}): LambdaHandler {
  return async (event, context) => {
    logger.addContext(context);
    const started = performance.now();
    let outcome = "failed";
    const run = named.safeParse(event).data?.run ?? "unknown";
    try {
      const output = await traced(step, run, () => invoked(handler, around, event, context));
      outcome = "finished";
      return output;
    } catch (error) {
      logger.error("step failed", { run, step, error: error as Error });
      throw asTransient(error);
    } finally {
      const ms = Math.round(performance.now() - started);
      logger.info("step ended", { run, step, outcome, ms });
      metrics.addDimensions({ step });
      metrics.addMetric("Duration", MetricUnit.Milliseconds, ms);
      metrics.addMetric("Failed", MetricUnit.Count, outcome === "failed" ? 1 : 0);
      metrics.publishStoredMetrics();
    }
  };
}

/** The step with what surrounds it, on ports that end before Lambda ends the invocation. */
async function invoked(handler: Handler, around: Surroundings, event: unknown, context: Context): Promise<unknown> {
  const own = services();
  const limit = timeLimit(own.environment, context.getRemainingTimeInMillis());
  try {
    const accepted = await around.before?.(own, event);
    let ports: Ports | null = null;
    const { worker, batch } = called.parse(event);
    configureRuntime(async (name) => {
      ports = await portsOf(own, name, { stop: limit.stop, deadline: limit.deadline }, { accepted, worker, batch });
      return ports;
    });
    const output = await handler(event);
    if (ports !== null) await around.after?.(own, ports, event);
    return output;
  } finally {
    limit.release();
  }
}

const THROTTLED = /Throttl|SlowDown|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|InternalError|TimeoutError/;

/** What AWS refused for lack of capacity, after the SDK's own retries, is left for the state machine to retry. */
function asTransient(error: unknown): unknown {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const status = (at as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
    if (THROTTLED.test(at.name) || status === 429 || status >= 500)
      return new TransientFailure((error as Error).message, { cause: error });
  }
  return error;
}
