import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";

const HOST = join(packageRoot(), "test", "aws", "localstack", "node_process", "host.mjs");
/** What Lambda gives the heap of a Node.js function, as a share of its memory setting. */
const HEAP_SHARE = 0.9;

export interface NodeFunctionOptions {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** Name of the file in the bundle, without its ending. */
  readonly entry: string;
  /** MB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Invoked {
  readonly ok: boolean;
  /** What the handler returned, or `{errorType, errorMessage}`. */
  readonly payload: unknown;
  /** What it wrote, with Lambda's START, END and REPORT lines. */
  readonly logs: string;
}

/** One function of the bundle in the process in which the emulator runs it, without the emulator. Invocations follow one another. */
export class NodeFunction {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private queue: Promise<unknown>;
  private serial = 0;

  constructor({ bundle, entry, memory, environment }: NodeFunctionOptions) {
    this.child = spawn(process.execPath, [`--max-old-space-size=${Math.floor(memory * HEAP_SHARE)}`, HOST], {
      cwd: bundle,
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: process.env.PATH,
        LAMBDA_TASK_ROOT: bundle,
        _HANDLER: `${entry}.handler`,
        AWS_LAMBDA_FUNCTION_NAME: entry,
        AWS_LAMBDA_FUNCTION_TIMEOUT: "900",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
        ...environment,
      },
    });
    if (!this.child.stdout) throw new Error("the process has no standard output");
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.queue = this.answer();
  }

  /** `trace`: the trace header that Lambda would hand on. */
  invoke(event: unknown, trace = ""): Promise<Invoked> {
    const result = this.queue.then(async () => {
      this.serial += 1;
      const payload = JSON.stringify(event) ?? "null";
      this.child.stdin?.write(`${JSON.stringify({ "invoke-id": String(this.serial), "trace-id": trace, payload })}\n`);
      const { ok, payload: text, logs } = await this.answer();
      const value = typeof text === "string" ? JSON.parse(text) : text;
      return { ok: ok === true, payload: value as unknown, logs: String(logs) };
    });
    this.queue = result.catch(() => undefined);
    return result;
  }

  stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once("exit", () => resolve());
      this.child.stdin?.end();
    });
  }

  private async answer(): Promise<Record<string, unknown>> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the process of the function ended");
    const answer = JSON.parse(value) as Record<string, unknown>;
    if (answer.error !== undefined)
      throw new Error(`the function could not be loaded: ${JSON.stringify(answer.error)}`);
    return answer;
  }
}

/** The functions' bundle in a folder of its own, so that nobody else's is recreated. */
export function bundled(): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-bundle-"));
  execFileSync(process.execPath, ["scripts/bundle-lambda.mjs", directory], {
    cwd: packageRoot(),
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
