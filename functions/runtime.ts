import { z } from "zod";
import type { Ports } from "../lib/ports/ports.js";
import { runStep, type Step } from "../lib/steps/run/step.js";

/** Makes the ports of one run: local adapters here, AWS adapters in a Lambda. */
export type PortsOf = (run: string) => Promise<Ports>;

export type Handler = (event: unknown) => Promise<unknown>;

/** A run's name: part of paths, of an execution's name and of a URL. */
export const runId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/);

const named = z.looseObject({ run: runId });

let portsOf: PortsOf | null = null;

/** Sets where handlers get their ports from. Called once per process, before the first handler. */
export function configureRuntime(provider: PortsOf): void {
  portsOf = provider;
}

/** A Lambda handler around a step. The event names its run; everything else is the step's own input. */
export function handlerOf(step: Step<unknown, unknown>): Handler {
  return async (event) => {
    if (!portsOf) throw new Error(`the handler ${step.name} was called before its runtime was configured`);
    const { run } = named.parse(event);
    return runStep(step, await portsOf(run), event);
  };
}
