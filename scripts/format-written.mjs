// Formats what a script has just written, so that its caller does not next see a complaint about the order of imports.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** `files`: paths below the root. */
export function formatWritten(...files) {
  execFileSync(`${root}node_modules/.bin/biome`, ["check", "--write", ...files], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
