import { DescribeExecutionCommand, RedriveExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { type ClientSettings, clientOf } from "./clients.js";

export interface ExecutionState {
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
  readonly error: string | null;
  readonly cause: string | null;
  /** It can continue where it stopped. */
  readonly redrivable: boolean;
}

/** Asks Step Functions for the status of an execution. */
export function executionWatcher(execution: string, settings: ClientSettings): () => Promise<ExecutionState> {
  const client = clientOf(SFNClient, settings);
  return async () => {
    const answer = await client.send(new DescribeExecutionCommand({ executionArn: execution }));
    return {
      status: answer.status ?? "RUNNING",
      error: answer.error ?? null,
      cause: answer.cause ?? null,
      redrivable: answer.redriveStatus === "REDRIVABLE",
    };
  };
}

/** Lets an execution continue where it stopped. */
export async function redriveExecution(execution: string, settings: ClientSettings): Promise<void> {
  await clientOf(SFNClient, settings).send(new RedriveExecutionCommand({ executionArn: execution }));
}
