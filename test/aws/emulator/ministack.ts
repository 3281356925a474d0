import { fileURLToPath } from "node:url";
import type { Emulator } from "./emulator.js";
import { startPythonEmulator } from "./python-process.js";

/** MiniStack as a child process of ours. What it lacks: docs/decisions/emulator.md. */
export function startMiniStack(): Promise<Emulator> {
  return startPythonEmulator({
    name: "MiniStack 1.5.33",
    functionsAreProcesses: false,
    // It knows no saved query of Logs Insights.
    context: ["observability=none", "recordEnds=none"],
    sources: fileURLToPath(new URL("../ministack", import.meta.url)),
    cache: fileURLToPath(new URL("../../../.cache/ministack", import.meta.url)),
    environment: (_, port) => ({ BIND_HOST: "127.0.0.1", GATEWAY_PORT: String(port), LAMBDA_EXECUTOR: "local" }),
  });
}
