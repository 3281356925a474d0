import { fileURLToPath } from "node:url";
import type { Emulator } from "./emulator.js";
import { startPythonEmulator } from "./python-process.js";

/** LocalStack as a child process of ours, with a Node.js process per Lambda. */
export function startHost(): Promise<Emulator> {
  return startPythonEmulator({
    name: "LocalStack 4.9.2 in host mode",
    functionsAreProcesses: true,
    context: ["recordEnds=none"],
    sources: fileURLToPath(new URL("../localstack", import.meta.url)),
    cache: fileURLToPath(new URL("../../../.cache/localstack", import.meta.url)),
    environment: (directory, port) => ({
      FILESYSTEM_ROOT: directory,
      NODE_PROCESS_NODE: process.execPath,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      GATEWAY_SERVER: "hypercorn",
      LAMBDA_RUNTIME_EXECUTOR: "node_process",
      LAMBDA_IGNORE_ARCHITECTURE: "1",
      DNS_ADDRESS: "0",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DISABLE_EVENTS: "1",
      // It would refuse the form of the review page, which is sent from the page's own address.
      DISABLE_CORS_CHECKS: "1",
    }),
  });
}
