import { parentPort, workerData } from "node:worker_threads";
import { type FilesToLint, lintFiles } from "../lib/cli/commands/lint/lint-files.js";

parentPort?.postMessage(await lintFiles(workerData as FilesToLint));
