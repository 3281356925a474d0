// Lint beside other linters on the same files: node test/bench/lint/speed.mjs LIST [COMMAND …]
// LIST names a file with one path per line; each COMMAND is run with those paths, in turn, three times.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [list = "", ...others] = process.argv.slice(2);
const files = readFileSync(list, "utf8").split("\n").filter(Boolean);
const own = `${process.execPath} ${fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url))} lint --json`;
for (const command of [own, ...others]) {
  const [program = "", ...args] = command.split(" ");
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    spawnSync(program, [...args, ...files], { stdio: "ignore" });
    return Math.round(performance.now() - start);
  });
  process.stdout.write(`${Math.min(...times)} ms  ${command}\n`);
}
