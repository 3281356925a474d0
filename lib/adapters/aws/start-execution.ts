import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { type ClientSettings, clientOf } from "./clients.js";

export interface Started {
  /** ARN of the execution. */
  readonly execution: string;
  /** False when an execution of that name was started before. */
  readonly fresh: boolean;
}

/**
 * Starts the execution of a run, named after the run: Step Functions gives a name to one execution only, so a run that is asked
 * for twice is one.
 */
export async function startExecution(
  machine: string,
  input: { readonly run: string; readonly release: string },
  settings: ClientSettings,
): Promise<Started> {
  const client = clientOf(SFNClient, settings);
  try {
    const { executionArn = "" } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine, name: input.run, input: JSON.stringify(input) }),
    );
    return { execution: executionArn, fresh: true };
  } catch (error) {
    if ((error as Error).name !== "ExecutionAlreadyExists") throw error;
    return { execution: machine.replace(":stateMachine:", ":execution:").concat(`:${input.run}`), fresh: false };
  }
}
