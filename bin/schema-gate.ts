#!/usr/bin/env node
import { processIo } from "../lib/cli/io.js";
import { main } from "../lib/cli/main.js";

// A reader that closes early (`| head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? 0);
  });
}

process.exitCode = await main(processIo(), process.argv.slice(2));
