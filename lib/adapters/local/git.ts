import { spawn } from "node:child_process";

/** Why git did not answer. */
export class GitError extends Error {
  override readonly name = "GitError";
}

/** Switches off what an operator's or a repository's settings could make git run. */
const QUIET = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager", "--no-optional-locks"];

/** The root of the repository that a folder is in, or null. */
export async function repositoryRoot(folder: string): Promise<string | null> {
  const root = await git(folder, ["rev-parse", "--show-toplevel"]).catch(() => null);
  return root?.toString("utf8").replace(/\n$/, "") || null;
}

/** Where a folder lies in its repository, with slashes; empty for its root, null outside of one. */
export async function placeInRepository(folder: string): Promise<string | null> {
  const prefix = await git(folder, ["rev-parse", "--show-prefix"]).catch(() => null);
  return prefix === null ? null : prefix.toString("utf8").replace(/\/?\n$/, "");
}

/** Runs git and returns its output. Throws `GitError` if git cannot be started or fails. */
export function git(directory: string, args: readonly string[], input = ""): Promise<Buffer> {
  const child = spawn("git", [...QUIET, ...args], {
    cwd: directory,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" },
  });
  const output: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  // If git ends before it has read its input, its status says why.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new GitError("git could not be started; install it")));
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new GitError(`git ${args[0]} failed: ${Buffer.concat(said).toString("utf8").split("\n")[0] ?? ""}`));
    });
  });
}
