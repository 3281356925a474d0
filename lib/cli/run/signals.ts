import type { Io } from "../io.js";

/** The first Ctrl-C asks the run to stop, and says what it still does; the second ends the process, and the servers roll back. */
export function onInterrupt(io: Io, stop: () => void, first = "finishing the tenants in progress"): () => void {
  let asked = false;
  const listener = (signal: NodeJS.Signals) => {
    if (asked) process.exit(3);
    asked = true;
    io.stderr.write(`\n${signal}: ${first}, then stopping. Once more to end at once.\n`);
    stop();
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return () => {
    process.off("SIGINT", listener);
    process.off("SIGTERM", listener);
  };
}
