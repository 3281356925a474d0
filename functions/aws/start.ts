import { z } from "zod";
import { startExecution } from "../../lib/adapters/aws/start-execution.js";
import { runName } from "../../lib/core/run-name.js";
import { runId } from "../runtime.js";
import { services } from "./lambda.js";
import { logger } from "./logger.js";
import { traced } from "./tracer.js";

/** EventBridge's `Object Created` of a packed release. A second delivery has the same time and so names the same run. */
const uploaded = z.looseObject({
  time: z.iso.datetime(),
  detail: z.looseObject({ object: z.looseObject({ key: z.string().startsWith("inputs/") }) }),
});

/** Requested by name, as CodePipeline or another program does. */
const asked = z.strictObject({
  release: z.string().startsWith("inputs/"),
  run: runId,
});

/** Starts the run of a release, once, however often it is requested. Throws for an event that names no release. */
export async function handler(event: unknown): Promise<{ run: string; execution: string; fresh: boolean }> {
  const { environment, client } = services();
  const machine = environment.SCHEMA_GATE_STATE_MACHINE;
  if (machine === undefined) throw new Error("SCHEMA_GATE_STATE_MACHINE is not set, so no run can be started");
  const input = inputOf(event);
  const started = await traced("start", input.run, () => startExecution(machine, input, client));
  logger.info("run started", { ...input, ...started });
  return { run: input.run, ...started };
}

function inputOf(event: unknown): { run: string; release: string } {
  const direct = asked.safeParse(event);
  if (direct.success) return direct.data;
  const { time, detail } = uploaded.parse(event);
  // EventBridge passes keys as S3 has them; S3's own notifications would encode them.
  const release = detail.object.key;
  return { run: runName(release, Date.parse(time)), release };
}
