import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from "@aws-sdk/client-sfn";
import { type ClientSettings, clientOf } from "./clients.js";

/** The inputs of a state machine's executions that have not ended, as text. */
export async function runningExecutions(machine: string, settings: ClientSettings): Promise<readonly string[]> {
  const client = clientOf(SFNClient, settings);
  const inputs: string[] = [];
  const pages = paginateListExecutions({ client }, { stateMachineArn: machine, statusFilter: "RUNNING" });
  for await (const { executions = [] } of pages)
    for (const { executionArn } of executions)
      inputs.push((await client.send(new DescribeExecutionCommand({ executionArn }))).input ?? "");
  return inputs;
}
