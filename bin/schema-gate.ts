#!/usr/bin/env node
import { processIo } from "../lib/cli/io.js";
import { main } from "../lib/cli/main.js";

// A reader that closes early (`| head`) is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? 0);
  });
}

const code = await main(processIo(), process.argv.slice(2));
process.exitCode = code;
// A state machine that was left where it is keeps its timers, so the process exits once everything is written.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
