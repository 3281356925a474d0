import type { z } from "zod";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";

/** One state of the pipeline. Its input and output are small; large data is read and written as artifacts. */
export interface Step<I, O> {
  readonly name: string;
  readonly input: z.ZodType<I>;
  run(ports: Ports, input: I): Promise<O>;
  /** Whether an output may be reused for a second call with the same input. A result that says "not ok" never is. */
  settled(output: O): boolean;
  /** False for the step that closes the run's folder. */
  readonly writesRecord?: false;
  /** What may be stored of its input; default: all of it. */
  recorded?(input: I): unknown;
}

/** What is stored of a finished step, so that a killed run resumes and a redriven execution repeats nothing. */
export interface StepRecord {
  readonly step: string;
  readonly input: unknown;
  readonly output: unknown;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly settled: boolean;
}

/** A fault that may pass: the state machine retries it. */
export class TransientFailure extends Error {
  override readonly name = "TransientFailure";
}

/** Runs a step once for its input: a settled result of an earlier call is returned unchanged. Throws what the step throws. */
export async function runStep<I, O>(step: Step<I, O>, ports: Ports, event: unknown): Promise<O> {
  const input = step.input.parse(event);
  const kept = step.recorded ? step.recorded(input) : input;
  const key = `steps/${step.name}/${digest(kept).slice(0, 16)}.json`;
  const known = await ports.artifacts.get<StepRecord>(key);
  if (known?.settled) return known.output as O;
  const startedAt = new Date(ports.clock.now()).toISOString();
  const output = await step.run(ports, input);
  if (step.writesRecord === false) return output;
  const finishedAt = new Date(ports.clock.now()).toISOString();
  const settled = step.settled(output);
  await ports.artifacts.put(key, {
    step: step.name,
    input: kept,
    output,
    startedAt,
    finishedAt,
    settled,
  } satisfies StepRecord);
  return output;
}
