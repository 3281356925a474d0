import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { HANDLERS } from "../../../functions/index.js";
import { configureRuntime } from "../../../functions/runtime.js";
import { localPorts } from "../../../lib/adapters/local/local-ports.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { localServices } from "../../../lib/adapters/local/services.js";
import { runStateMachine } from "../../../lib/adapters/local/state-machine.js";
import { workspaceIn } from "../../../lib/adapters/local/workspace.js";
import { type Config, configSchema } from "../../../lib/core/config/config.js";
import type { Finding } from "../../../lib/core/finding.js";
import type { RunEvent } from "../../../lib/ports/events.js";
import { reportFiles } from "../../../lib/review/report-files.js";
import { allFindings } from "../../../lib/steps/run/findings.js";
import { artifact, type RunRequest } from "../../../lib/steps/run/records.js";
import type { Outcome } from "../../../lib/steps/states/report.js";
import { stateOnly } from "../../support/captured-io.js";

export interface Answer {
  readonly passed: boolean;
  /** Why it ended so. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Milliseconds of each state, in order. */
  readonly states: readonly (readonly [string, number])[];
  readonly ms: number;
}

/** The gates of `check`, in this process: the state machine file over the same handlers, without a command line. */
export class Gate {
  private readonly directory = mkdtempSync(join(scratchDirectory(50 * 2 ** 20), "schema-gate-history-"));
  private runs = 0;

  /** `tenants`: lines of a registry, each with an id, a URL, and a schema or nothing. */
  constructor(
    tenants: readonly string[],
    private readonly convention: string,
  ) {
    writeFileSync(join(this.directory, "tenants.csv"), ["id,url,schema", ...tenants, ""].join("\n"));
    mkdirSync(join(this.directory, "release"));
  }

  /** Adds a file of the next release. */
  addFile(path: string, bytes: Uint8Array): void {
    const target = join(this.directory, "release", path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }

  removeFile(path: string): void {
    rmSync(join(this.directory, "release", path), { force: true });
  }

  async check(): Promise<Answer> {
    const stop = new AbortController();
    const run = `h${String(++this.runs).padStart(5, "0")}`;
    const workspace = workspaceIn(this.directory, stateOnly());
    const states: [string, number][] = [];
    const start = performance.now();
    let since = start;
    const config = this.config();
    const ports = await localPorts({
      run,
      workspace,
      config,
      configDirectory: this.directory,
      environment: stateOnly(),
      events: { emit: (_: RunEvent) => {} },
      renderer: reportFiles,
      stop: stop.signal,
    });
    await ports.artifacts.create(artifact.request, requestOf(run, config));
    configureRuntime(async () => ports);
    const machine = JSON.parse(readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8"));
    const execution = await runStateMachine(
      machine,
      { run, release: config.migrations },
      {
        handlers: HANDLERS,
        services: localServices(HANDLERS),
        stop: stop.signal,
        waitForToken: () => Promise.reject(new Error("a check asks nobody")),
        onState: (name) => {
          const now = performance.now();
          const last = states.at(-1);
          if (last) last[1] = now - since;
          states.push([name, 0]);
          since = now;
        },
      },
    );
    const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
    const findings = await allFindings(ports);
    const last = states.at(-1);
    if (last) last[1] = performance.now() - since;
    if (execution.status !== "succeeded" && !outcome)
      throw new Error(`the check ended without an answer: ${JSON.stringify(execution)}`);
    return {
      passed: outcome?.status === "passed",
      reason: outcome?.reason ?? "",
      findings,
      states,
      ms: performance.now() - start,
    };
  }

  destroy(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private config(): Config {
    return configSchema.parse({
      migrations: "release",
      convention: this.convention,
      registry: { file: "tenants.csv" },
      connection: { superuser: "a server of the tests alone" },
      staging: { mode: "same host" },
      requester: "release-pipeline",
      application: [],
      approval: { approvers: [{ id: userInfo().username }] },
      // Whether the machine has room is not what is measured.
      probes: { freeSpace: { "*": "1TB" } },
    });
  }
}

function requestOf(run: string, config: Config): RunRequest {
  const startedAt = new Date().toISOString();
  return {
    run,
    command: "check",
    mode: "check",
    engine: "local",
    requester: "release-pipeline",
    toolVersion: "bench",
    startedAt,
    config,
  };
}
