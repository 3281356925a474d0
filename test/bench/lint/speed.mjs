// Lint beside other linters on the same files: node test/bench/lint/speed.mjs LIST [COMMAND …]
// LIST names a file with one path per line; the commands are run with those paths in turn, five times. Printed are the least wall
// time, the least processor time of all threads (Linux; hundredths of a second), and both beside those of the first COMMAND.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [list = "", ...others] = process.argv.slice(2);
const files = readFileSync(list, "utf8").split("\n").filter(Boolean);
const own = `${process.execPath} ${fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url))} lint --json --fresh`;
const again = own.replace(" --fresh", "");

/** Milliseconds of processor time that ended children of this process took (man 5 proc_pid_stat: cutime, cstime). */
function processorTime() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

const commands = [...others, own, again].map((command) => ({ command, wall: Infinity, processor: Infinity }));
for (let round = 0; round < 5; round++) {
  for (const each of commands) {
    const [program = "", ...args] = each.command.split(" ");
    const [start, before] = [performance.now(), processorTime()];
    spawnSync(program, [...args, ...files], { stdio: "ignore" });
    each.wall = Math.min(each.wall, performance.now() - start);
    each.processor = Math.min(each.processor, processorTime() - before);
  }
}
const [first] = commands;
for (const { command, wall, processor } of commands) {
  const ratios = `${(wall / first.wall).toFixed(2)} and ${(processor / first.processor).toFixed(2)} of the first`;
  process.stdout.write(`${Math.round(wall)} ms wall, ${processor} ms processor, ${ratios}: ${command}\n`);
}
