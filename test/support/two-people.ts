import { userInfo } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";

const PRELOAD = pathToFileURL(fileURLToPath(new URL("./as-engineer.mjs", import.meta.url))).href;
const OF_APPROVERS = new Set(["approve", "reject", "rollback"]);

/** Who decides in a test is its own user; who starts and resumes runs is another, who may not approve. */
export function loginFor(args: readonly string[]): string {
  return isDeciding(args) ? userInfo().username : "release-engineer";
}

/** The same for a command that is a process of its own. */
export function asPerson(args: readonly string[]): Readonly<Record<string, string>> {
  return isDeciding(args) ? {} : { NODE_OPTIONS: `--import=${PRELOAD}` };
}

/** `args` are words, or what the runner of faults is given: an object that holds them. */
function isDeciding([first = ""]: readonly string[]): boolean {
  const command = first.startsWith("{")
    ? ((JSON.parse(first) as { command?: readonly string[] }).command?.[0] ?? "")
    : first;
  return OF_APPROVERS.has(command);
}
