import { z } from "zod";
import { HANDLERS } from "../index.js";
import { configureRuntime } from "../runtime.js";
import { logger } from "./logger.js";
import { portsOf, servicesOf } from "./services.js";

const text = z.string().min(1);

/** What the state machine tells the long task besides the stack's own variables: a handler by the name of its state, and its event. */
const taskSchema = z.discriminatedUnion("SCHEMA_GATE_TASK_STEP", [
  z
    .object({
      SCHEMA_GATE_TASK_STEP: z.enum(["Migrate", "RollBack"]),
      SCHEMA_GATE_TASK_RUN: text,
      SCHEMA_GATE_TASK_WORKER: text,
      SCHEMA_GATE_TASK_HOST: text,
      SCHEMA_GATE_TASK_BATCH: text,
      SCHEMA_GATE_TASK_HELD: text,
    })
    .transform((task) => ({
      step: task.SCHEMA_GATE_TASK_STEP,
      run: task.SCHEMA_GATE_TASK_RUN,
      worker: task.SCHEMA_GATE_TASK_WORKER,
      event: {
        host: task.SCHEMA_GATE_TASK_HOST,
        batch: task.SCHEMA_GATE_TASK_BATCH,
        held: task.SCHEMA_GATE_TASK_HELD,
      },
    })),
  z
    .object({
      SCHEMA_GATE_TASK_STEP: z.literal("DryRun"),
      SCHEMA_GATE_TASK_RUN: text,
      SCHEMA_GATE_TASK_CLUSTER: text,
    })
    .transform((task) => ({
      step: task.SCHEMA_GATE_TASK_STEP,
      run: task.SCHEMA_GATE_TASK_RUN,
      worker: undefined,
      event: { cluster: task.SCHEMA_GATE_TASK_CLUSTER },
    })),
]);

/**
 * The same handlers as in the Lambdas, in a process without the 15-minute limit: a build. Returns the exit code, which is all that the
 * state machine sees: 0 only if the step says that all is well.
 */
export async function runTask(variables: Readonly<Record<string, string | undefined>>): Promise<0 | 1> {
  const { step, run, worker, event } = taskSchema.parse(variables);
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  const services = servicesOf(variables);
  const batch = "batch" in event ? event.batch : undefined;
  configureRuntime((name) => portsOf(services, name, { stop: stop.signal, deadline: null }, { worker, batch }));
  try {
    const output = (await HANDLERS[step]?.({ run, ...event })) as { readonly ok?: boolean } | undefined;
    logger.info("task ended", { run, step, outcome: "finished", ok: output?.ok === true });
    return output?.ok === true ? 0 : 1;
  } catch (error) {
    logger.error("task failed", { run, step, error: error as Error });
    return 1;
  }
}
