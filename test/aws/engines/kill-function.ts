import { readdirSync, readFileSync } from "node:fs";

/** Kills the processes of the emulator's host mode that run a function whose name holds `part`. */
export function killFunction(part: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const variables = environmentOf(pid);
    if (variables.some((line) => line.startsWith("AWS_LAMBDA_FUNCTION_NAME=") && line.includes(part)))
      process.kill(Number(pid), "SIGKILL");
  }
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It ended in the meantime, or belongs to somebody else.
    return [];
  }
}
