import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { type ClientSettings, clientOf } from "./clients.js";

export interface ExecutionState {
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
  readonly error: string | null;
  readonly cause: string | null;
}

/** Asks Step Functions how an execution stands. */
export function executionWatcher(execution: string, settings: ClientSettings): () => Promise<ExecutionState> {
  const client = clientOf(SFNClient, settings);
  return async () => {
    const answer = await client.send(new DescribeExecutionCommand({ executionArn: execution }));
    return { status: answer.status ?? "RUNNING", error: answer.error ?? null, cause: answer.cause ?? null };
  };
}
