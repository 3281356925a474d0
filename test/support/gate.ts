import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { HANDLERS } from "../../functions/index.js";
import { configureRuntime } from "../../functions/runtime.js";
import { localPorts } from "../../lib/adapters/local/local-ports.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { scratchDirectory } from "../../lib/adapters/local/scratch-directory.js";
import { localServices } from "../../lib/adapters/local/services.js";
import { type LocalExecution, runStateMachine } from "../../lib/adapters/local/state-machine.js";
import { workspaceIn } from "../../lib/adapters/local/workspace.js";
import { isDecided } from "../../lib/cli/run/approver.js";
import { decideAtTerminal } from "../../lib/cli/run/question.js";
import { type Config, configSchema } from "../../lib/core/config/config.js";
import type { Finding } from "../../lib/core/finding.js";
import type { RunEvent } from "../../lib/ports/events.js";
import type { Ports } from "../../lib/ports/ports.js";
import { reportFiles } from "../../lib/review/report-files.js";
import { beginRollback, notTakenBack } from "../../lib/steps/rollout/begin-rollback.js";
import { allFindings } from "../../lib/steps/run/findings.js";
import { artifact, type Passes, type RunRequest } from "../../lib/steps/run/records.js";
import type { Outcome } from "../../lib/steps/states/report.js";
import { stateOnly } from "./captured-io.js";

export interface Answer {
  readonly passed: boolean;
  /** Why it ended so. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Milliseconds of each state, in order. */
  readonly states: readonly (readonly [string, number])[];
  readonly ms: number;
}

/** The state machine file over the same handlers as in a command, in this process. */
export class Gate {
  private readonly directory = mkdtempSync(join(scratchDirectory(50 * 2 ** 20), "schema-gate-history-"));
  private runs = 0;
  private run = "";

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

  /** The gates of `check`. */
  async check(): Promise<Answer> {
    const ports = await this.begin("check");
    return this.answer(ports, await this.execute(ports));
  }

  /** The gates of `run` as far as its question: it passes where people are asked. */
  async ask(): Promise<Answer> {
    const ports = await this.begin("run");
    const execution = await this.execute(ports);
    return { ...(await this.answer(ports, execution)), passed: execution.asked };
  }

  /** Answers the question of `ask`, rolls out, and returns what the run ended with. */
  async rollOut(): Promise<Outcome> {
    const ports = await this.ports();
    await ports.artifacts.put(artifact.passes, { resumed: 1 } satisfies Passes);
    for (const name of APPROVERS) await decideAtTerminal(ports, { name, verdict: "approve", reason: null });
    return outcomeOf(ports, await this.execute(ports));
  }

  /** Takes back what `rollOut` did. Returns the tenants that still have the release. */
  async rollBack(tenants: readonly string[]): Promise<readonly string[]> {
    const ports = await this.ports();
    const breaker = await beginRollback(ports, APPROVERS[0], tenants);
    await this.execute(ports, { StartAt: "RollBackHosts" }, { breaker });
    return notTakenBack(ports, tenants);
  }

  /** Why the rollout or the way back of this run did not end well. */
  async findings(): Promise<readonly Finding[]> {
    return allFindings(await this.ports());
  }

  destroy(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async begin(command: "check" | "run"): Promise<Ports> {
    this.run = `h${String(++this.runs).padStart(5, "0")}`;
    const ports = await this.ports();
    await ports.artifacts.create(artifact.request, requestOf(this.run, command, this.config()));
    return ports;
  }

  private ports(): Promise<Ports> {
    return localPorts({
      run: this.run,
      workspace: workspaceIn(this.directory, stateOnly()),
      config: this.config(),
      configDirectory: this.directory,
      environment: stateOnly(),
      events: { emit: (_: RunEvent) => {} },
      renderer: reportFiles,
      stop: new AbortController().signal,
    });
  }

  private async execute(ports: Ports, machine: object = {}, input: object = {}): Promise<Executed> {
    const stop = new AbortController();
    const times = new StateTimes();
    let asked = false;
    configureRuntime(async () => ports);
    const execution = await runStateMachine(
      { ...stateMachine(), ...machine },
      { run: this.run, release: this.config().migrations, ...input },
      {
        handlers: HANDLERS,
        services: localServices(HANDLERS),
        stop: stop.signal,
        waitForToken: async () => {
          if (await isDecided(ports)) return {};
          asked = true;
          stop.abort();
          return new Promise(() => {});
        },
        onState: (name) => times.enter(name),
      },
    );
    return { ...times.end(), asked, execution };
  }

  private async answer(ports: Ports, { execution, asked, ...times }: Executed): Promise<Answer> {
    const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
    if (execution.status !== "succeeded" && !outcome && !asked)
      throw new Error(`the check ended without an answer: ${JSON.stringify(execution)}`);
    return {
      passed: outcome?.status === "passed",
      reason: outcome?.reason ?? "",
      findings: await allFindings(ports),
      ...times,
    };
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
      approval: { approvers: APPROVERS.map((id) => ({ id })) },
      // Whether the machine has room is not what is measured.
      probes: { freeSpace: { "*": "1TB" } },
    });
  }
}

/** As many as the riskiest release needs. */
const APPROVERS = [userInfo().username, "another-person"] as const;

interface Executed extends Pick<Answer, "states" | "ms"> {
  readonly execution: LocalExecution;
  /** Whether it was left where people are asked. */
  readonly asked: boolean;
}

class StateTimes {
  private readonly states: [string, number][] = [];
  private readonly start = performance.now();
  private since = this.start;

  enter(name: string): void {
    this.leave();
    this.states.push([name, 0]);
  }

  end(): Pick<Answer, "states" | "ms"> {
    this.leave();
    return { states: this.states, ms: performance.now() - this.start };
  }

  private leave(): void {
    const now = performance.now();
    const last = this.states.at(-1);
    if (last) last[1] = now - this.since;
    this.since = now;
  }
}

async function outcomeOf(ports: Ports, { execution }: Executed): Promise<Outcome> {
  const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
  if (!outcome) throw new Error(`the run ended without an outcome: ${JSON.stringify(execution)}`);
  return outcome;
}

function stateMachine(): object {
  return JSON.parse(readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8"));
}

function requestOf(run: string, command: "check" | "run", config: Config): RunRequest {
  const startedAt = new Date().toISOString();
  return {
    run,
    command,
    mode: command,
    engine: "local",
    requester: "release-pipeline",
    toolVersion: "bench",
    startedAt,
    config,
  };
}
