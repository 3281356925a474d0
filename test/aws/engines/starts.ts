import { setTimeout as delay } from "node:timers/promises";
import { DescribeExecutionCommand, type ExecutionStatus, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { startExecution } from "../../../lib/adapters/aws/start-execution.js";

/** What `schema-gate run --aws --upload-only` prints: the input of an execution. */
export interface Uploaded {
  readonly run: string;
  readonly release: string;
}

/** How long an event may take from the bucket to the start of an execution. */
const DELIVERY_MS = 60_000;
const POLL_MS = 250;

/** With what the command printed, as CodePipeline's action does with the artifact of the stage before. */
export async function startAsPipeline(machine: string, uploaded: Uploaded) {
  const { execution } = await startExecution(machine, uploaded, clientSettings(process.env));
  return { run: uploaded.run, execution };
}

/** By nobody: waits for the execution that the event of the upload starts. Throws if there is none. */
export async function startedByUpload(machine: string, { release }: Uploaded) {
  for (const deadline = Date.now() + DELIVERY_MS; Date.now() < deadline; await delay(POLL_MS)) {
    const found = (await startedExecutions(machine, "RUNNING")).find((one) => one.release === release);
    if (found) return { run: found.run, execution: found.execution };
  }
  throw new Error(`no execution was started for ${release} within ${DELIVERY_MS / 1000} s of its upload`);
}

/** What the executions of the machine were started with. */
export async function startedExecutions(machine: string, statusFilter?: ExecutionStatus) {
  const client = new SFNClient(clientSettings(process.env));
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 1000, ...(statusFilter && { statusFilter }) }),
  );
  return Promise.all(
    executions.map(async ({ executionArn = "" }) => {
      const { input = "{}" } = await client.send(new DescribeExecutionCommand({ executionArn }));
      return { ...(JSON.parse(input) as Uploaded), execution: executionArn };
    }),
  );
}
