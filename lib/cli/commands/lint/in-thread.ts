import { Worker } from "node:worker_threads";
import { UnfinishedError } from "../../command.js";

/** The one message that a program sends from a thread of its own. Throws `UnfinishedError` if it ends without one. */
export function inThread<T>(program: string, workerData: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) => reject(new UnfinishedError(`A thread of lint ended before it was done: ${why}.`));
    const worker = new Worker(program, { workerData });
    worker.once("message", resolve);
    worker.once("messageerror", (error) => failed(error.message));
    worker.once("error", (error) => failed(error.message));
    worker.once("exit", (code) => failed(`exit code ${code}`));
  });
}
