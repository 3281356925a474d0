import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { ORDER, SignedOrder } from "../../core/policy/order.js";
import { type ClientSettings, clientOf } from "./clients.js";

export interface Started {
  /** ARN of the execution. */
  readonly execution: string;
  /** False if an execution of that name was started before. */
  readonly fresh: boolean;
}

/** What an execution is started with: a packed release, or a signed order about a run that has ended. */
type ExecutionInput = { readonly run: string } & (
  | { readonly release: string }
  | { readonly release: typeof ORDER; readonly order: SignedOrder }
);

/**
 * Starts an execution, named after its run: Step Functions gives a name to only one execution, so a run that is requested twice starts
 * once. `name`: another name, for an order.
 */
export async function startExecution(
  machine: string,
  input: ExecutionInput,
  settings: ClientSettings,
  name = input.run,
): Promise<Started> {
  const client = clientOf(SFNClient, settings);
  try {
    const { executionArn = "" } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }),
    );
    return { execution: executionArn, fresh: true };
  } catch (error) {
    if ((error as Error).name !== "ExecutionAlreadyExists") throw error;
    return { execution: machine.replace(":stateMachine:", ":execution:").concat(`:${name}`), fresh: false };
  }
}
