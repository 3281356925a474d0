import { userInfo } from "node:os";
import { PassThrough } from "node:stream";
import type { ExitCode } from "../../lib/cli/command.js";
import type { Io } from "../../lib/cli/io.js";
import { main } from "../../lib/cli/main.js";
import { mustFitSchema } from "./published-schemas.js";

export interface Answer {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of the surroundings but where the state of the tests lies. */
export function stateOnly(): Readonly<Record<string, string | undefined>> {
  return { SCHEMA_GATE_STATE: process.env.SCHEMA_GATE_STATE };
}

/** Runs one command line in this process, without a terminal. */
export async function schemaGate(cwd: string, argv: readonly string[], io: Partial<Io> = {}): Promise<Answer> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const written = { stdout: "", stderr: "" };
  stdout.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    written.stderr += text;
  });
  const quiet = { interactive: false, live: false, colour: false, columns: 80 };
  const code = await main(
    { stdout, stderr, stdin: new PassThrough(), env: stateOnly(), cwd, login: userInfo().username, ...quiet, ...io },
    argv,
  );
  mustFitSchema(argv, written.stdout);
  return { code, ...written };
}
