import { type ChildProcess, spawn } from "node:child_process";

export interface ProgramOptions {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

export interface ProgramEnd {
  readonly status: "ended" | "timed out" | "stopped" | "not started";
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** Of both streams in the order of arrival; only the end if it is long. */
  readonly output: string;
  /** Why it could not be started; null if it was. */
  readonly reason: string | null;
}

/** What is kept of an output: its end, where the errors are. */
const MOST_OUTPUT = 256 * 1024;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 3_000;
/** A grandchild may hold the pipes after the program is gone. */
const PIPES_MS = 1_000;

/** Runs a program in its own process group, so that everything it starts ends with it. Never rejects. */
export function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const [program = "", ...args] = options.argv;
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = new Tail();
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve) => {
    let status: ProgramEnd["status"] = "ended";
    const timers: NodeJS.Timeout[] = [];
    const stop = (why: "timed out" | "stopped") => {
      status = why;
      killGroup(child, "SIGTERM");
      timers.push(setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS));
    };
    const stopped = () => stop("stopped");
    const end = (result: Pick<ProgramEnd, "status" | "code" | "reason">) => {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener("abort", stopped);
      resolve({ ...result, output: output.text() });
    };
    timers.push(setTimeout(() => stop("timed out"), options.timeout));
    options.signal?.addEventListener("abort", stopped, { once: true });
    if (options.signal?.aborted) stopped();
    child.once("error", (error) => end({ status: "not started", code: null, reason: error.message }));
    child.once("exit", (code) => {
      // Whatever it left behind in its group is killed with it.
      killGroup(child, "SIGKILL");
      const done = () => end({ status, code, reason: null });
      timers.push(setTimeout(done, PIPES_MS));
      child.once("close", done);
    });
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

class Tail {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private cut = false;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size - (this.chunks[0]?.length ?? 0) >= MOST_OUTPUT) {
      this.size -= this.chunks.shift()?.length ?? 0;
      this.cut = true;
    }
  }

  /** If something was cut off, the broken first line is dropped too: it might be half a secret. */
  text(): string {
    const whole = Buffer.concat(this.chunks).toString("utf8");
    return this.cut ? `…\n${whole.slice(whole.indexOf("\n") + 1)}` : whole;
  }
}
