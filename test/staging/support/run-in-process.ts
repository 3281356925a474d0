import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HANDLERS } from "../../../functions/index.js";
import { configureRuntime, type Handler } from "../../../functions/runtime.js";
import { localPorts } from "../../../lib/adapters/local/local-ports.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { localServices, type Services } from "../../../lib/adapters/local/services.js";
import { type LocalExecution, runStateMachine } from "../../../lib/adapters/local/state-machine.js";
import { workspaceIn } from "../../../lib/adapters/local/workspace.js";
import { configSchema } from "../../../lib/core/config/config.js";
import type { Finding } from "../../../lib/core/finding.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { reportFiles } from "../../../lib/review/report-files.js";
import { allFindings } from "../../../lib/steps/run/findings.js";
import { artifact, type RunRequest } from "../../../lib/steps/run/records.js";
import type { TestFleet } from "../../support/fleet.js";

export type Handlers = Readonly<Record<string, Handler>>;

export interface InProcess {
  readonly run: string;
  readonly mode: "run" | "check";
  /** Calls of AWS; left out: those of one machine. */
  readonly services?: (others: Services) => Services;
  /** Values of the state machine's placeholders, as a stack gives them. */
  readonly substitutions?: Readonly<Record<string, string>>;
  /** Handlers in the place of ours. */
  readonly handlers?: (own: Handlers, ports: Ports) => Handlers;
}

export interface Ended {
  readonly execution: LocalExecution;
  readonly ports: Ports;
  readonly findings: readonly Finding[];
  readonly states: readonly string[];
}

/** The whole state machine on the local engine, in the test's process, over a real fleet. */
export async function runInProcess(fleet: TestFleet, options: InProcess): Promise<Ended> {
  const { run, mode } = options;
  const text = readFileSync(join(fleet.directory, "schema-gate.yaml"), "utf8");
  const config = configSchema.parse(JSON.parse(text));
  const stop = new AbortController();
  const ports = await localPorts({
    run,
    workspace: workspaceIn(fleet.directory),
    config,
    configDirectory: fleet.directory,
    environment: { ...process.env, TENANT_PASSWORD: fleet.server.password },
    events: { emit: () => {} },
    renderer: reportFiles,
    stop: stop.signal,
  });
  const request: RunRequest = {
    run,
    command: mode,
    mode,
    engine: "local",
    requester: "release-pipeline",
    toolVersion: "test",
    startedAt: new Date(0).toISOString(),
    config,
  };
  await ports.artifacts.create(artifact.request, request);
  configureRuntime(async () => ports);
  const handlers = { ...HANDLERS, ...options.handlers?.(HANDLERS, ports) };
  const others = localServices(HANDLERS);
  const states: string[] = [];
  const definition = Object.entries(options.substitutions ?? {}).reduce(
    (filled, [name, value]) => filled.replaceAll(`\${${name}}`, value),
    readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8"),
  );
  const machine = JSON.parse(definition) as object;
  const execution = await runStateMachine(
    machine,
    { run, release: config.migrations },
    {
      handlers,
      services: options.services?.(others) ?? others,
      stop: stop.signal,
      onState: (name) => states.push(name),
      waitForToken: () => Promise.reject(new Error("no question was expected")),
    },
  );
  return { execution, ports, findings: await allFindings(ports), states };
}
