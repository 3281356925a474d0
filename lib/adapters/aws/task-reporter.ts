import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { ClientSettings } from "./clients.js";

/** Characters of an error's name and of its cause (Step Functions API, SendTaskFailure). */
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

/** Tells the execution that waits for a task how it ended. */
export interface TaskReporter {
  succeeded(output: unknown): Promise<void>;
  failed(error: Error): Promise<void>;
}

export function taskReporter(taskToken: string, settings: ClientSettings): TaskReporter {
  const client = new SFNClient(settings);
  return {
    async succeeded(output) {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
    },
    async failed({ name, message }) {
      const [error, cause] = [name.slice(0, LONGEST_ERROR), message.slice(0, LONGEST_CAUSE)];
      await client.send(new SendTaskFailureCommand({ taskToken, error, cause }));
    },
  };
}
