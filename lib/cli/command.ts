import type { Command } from "commander";
import type { Io } from "./io.js";

/** 0 passed, 1 a gate said no or a difference was found, 2 wrong usage or config, 3 could not finish, 4 the run waits. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** The contract of every file in `commands/`. It returns its exit code; only the entry point exits. */
export interface CommandModule {
  /** Adds arguments, options and examples. */
  describe(command: Command): void;
  run(io: Io, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<ExitCode>;
}

/** Could not finish, for a reason outside the gates: exit code 3, without a stack trace. */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";
  readonly next: string | null;

  constructor(message: string, next: string | null = null) {
    super(message);
    this.next = next;
  }
}
