import { userInfo } from "node:os";
import type { Readable, Writable } from "node:stream";

/** Everything a command knows about the process it runs in. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who is logged in on this machine; nobody can pretend to be someone else. */
  readonly login: string;
  /** A coding agent wrote the command line: a password that the command line does not name is never sent to a server that it names. */
  readonly agent?: true;
  /** Both ends are a terminal: questions may be asked. */
  readonly interactive: boolean;
  /** Standard error is a terminal: progress lines may be rewritten. */
  readonly live: boolean;
  /** Colours may be used on standard output. */
  readonly colour: boolean;
  /** Columns of the terminal, 80 if it is not one. */
  readonly columns: number;
}

export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  const plain = (env.NO_COLOR !== undefined && env.NO_COLOR !== "") || env.TERM === "dumb";
  return {
    stdout,
    stderr,
    stdin,
    env,
    cwd: process.cwd(),
    login: loginName(),
    interactive: Boolean(stdin.isTTY && stdout.isTTY),
    live: Boolean(stderr.isTTY) && env.TERM !== "dumb",
    colour: Boolean(stdout.isTTY) && !plain,
    columns: stdout.columns ?? 80,
  };
}

/** The login of the user id, whatever the environment says. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that it has no name for.
    return `user ${process.getuid?.()}`;
  }
}
