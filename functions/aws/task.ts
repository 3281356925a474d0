import { z } from "zod";
import { clientSettings } from "../../lib/adapters/aws/clients.js";
import { taskReporter } from "../../lib/adapters/aws/task-reporter.js";
import { HANDLERS } from "../index.js";
import { configureRuntime } from "../runtime.js";
import { logger } from "./logger.js";
import { portsOf, servicesOf } from "./services.js";

/**
 * What the long task is told beside the stack's own variables. The token is there where the state machine waits for it; without
 * one the exit code says how it ended.
 */
const taskSchema = z.object({
  /** A state's handler by the name that the state machine calls it, such as `Migrate`. */
  SCHEMA_GATE_TASK_STEP: z.enum(["Migrate", "RollBack"]),
  SCHEMA_GATE_TASK_RUN: z.string().min(1),
  SCHEMA_GATE_TASK_HOST: z.string().min(1),
  SCHEMA_GATE_TASK_BATCH: z.string().min(1),
  SCHEMA_GATE_TASK_TOKEN: z.string().min(1).optional(),
});

/** The same handlers as in the Lambdas, in a process that no time limit ends: a Fargate task or a CodeBuild build. Returns the exit code. */
export async function runTask(variables: Readonly<Record<string, string | undefined>>): Promise<0 | 1> {
  const task = taskSchema.parse(variables);
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  const services = servicesOf(variables);
  const token = task.SCHEMA_GATE_TASK_TOKEN;
  const reporter = token === undefined ? null : taskReporter(token, clientSettings(variables));
  const [step, run] = [task.SCHEMA_GATE_TASK_STEP, task.SCHEMA_GATE_TASK_RUN];
  configureRuntime((name) => portsOf(services, name, { stop: stop.signal, deadline: null }));
  try {
    const event = { run, host: task.SCHEMA_GATE_TASK_HOST, batch: task.SCHEMA_GATE_TASK_BATCH };
    const output = await HANDLERS[step]?.(event);
    logger.info("task ended", { run, step, outcome: "finished" });
    await reporter?.succeeded(output);
    return 0;
  } catch (error) {
    logger.error("task failed", { run, step, error: error as Error });
    await reporter?.failed(error as Error);
    return 1;
  }
}
