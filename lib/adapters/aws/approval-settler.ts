import { SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { Approvals } from "../../ports/approvals.js";
import { type ClientSettings, clientOf } from "./clients.js";

/** Answers that mean that the wait is already over: somebody else continued the run, or its time ran out. */
const OVER: ReadonlySet<string> = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);

/**
 * Wakes the execution that waits for an approval, whatever was decided: the next state reads the decision from where decisions are stored.
 * Calling it twice does no harm.
 */
export function approvalSettler(approvals: Approvals, settings: ClientSettings): (run: string) => Promise<void> {
  const client = clientOf(SFNClient, settings);
  return async (run) => {
    const taskToken = await approvals.taskToken(run);
    if (taskToken === null) return;
    try {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" }));
    } catch (error) {
      // The SDK's own error repeats nothing from the request, but its cause might.
      if (!OVER.has((error as Error).name))
        throw new Error(`the run ${run} could not be continued: ${(error as Error).name}`);
    }
  };
}
