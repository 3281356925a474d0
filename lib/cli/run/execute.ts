import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HANDLERS } from "../../../functions/index.js";
import { configureRuntime } from "../../../functions/runtime.js";
import { localPorts } from "../../adapters/local/local-ports.js";
import { packageRoot } from "../../adapters/local/package-root.js";
import { localServices } from "../../adapters/local/services.js";
import { type LocalExecution, runStateMachine } from "../../adapters/local/state-machine.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import type { Listener } from "../../adapters/webhooks/heard-trail.js";
import type { Events, RunEnd, RunObserver } from "../../ports/events.js";
import type { Ports } from "../../ports/ports.js";
import { reportFiles } from "../../review/report-files.js";
import { allFindings, saveFindings } from "../../steps/run/findings.js";
import { artifact, type Passes, passOf, type RunRequest } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { Io } from "../io.js";
import { Progress } from "../terminal/progress.js";
import type { Approver } from "./approver.js";
import { observersOf } from "./observers.js";
import { lockRun } from "./run-lock.js";
import { RunView } from "./run-view.js";
import { onInterrupt } from "./signals.js";
import { withWebhooks } from "./webhooks.js";

export interface ExecuteOptions {
  readonly io: Io;
  readonly workspace: Workspace;
  readonly request: RunRequest;
  readonly configDirectory: string;
  /** True if the run has begun before. */
  readonly resumed: boolean;
  /** Ids of the tenants that this pass covers; absent: all. */
  readonly only?: readonly string[];
  /** Brings the answer while the run waits. */
  readonly approver: Approver;
  /** End when the rollout is held, by a person or a window, instead of waiting. */
  readonly leaveHeld?: boolean;
  /** Prepares another entry into the state machine than its first state. */
  readonly enter?: (ports: Ports) => Promise<Entrance>;
}

/** A state of the machine and the input it expects. */
interface Entrance {
  readonly state: string;
  readonly input: object;
}

export type Stopped = "interrupted" | "waiting for approval" | "held";

export interface Executed {
  readonly execution: LocalExecution;
  readonly ports: Ports;
  /** Why the run stopped without an end; null if it has one. */
  readonly stopped: Stopped | null;
}

/** Starts or continues one run on this machine: the state machine file over the same handlers that AWS runs. */
export async function execute(options: ExecuteOptions): Promise<Executed> {
  const { io, workspace, request, configDirectory: directory } = options;
  const { run, config } = request;
  const unlock = lockRun(workspace, run);
  const view = new RunView(new Progress(io, () => systemClock.monotonic()), () => systemClock.monotonic());
  const say = (text: string) => view.note(text);
  try {
    return await withWebhooks({ env: io.env, say }, { run, workspace, config, directory }, async (hear) => {
      const command = options.enter ? "rollback" : options.resumed ? "resume" : request.command;
      const observer = await observersOf({ request, command, directory, env: io.env, say });
      return await observed(options, { view, observer, hear });
    });
  } finally {
    unlock();
  }
}

/** Who is told what during the run. */
interface Audience {
  readonly view: RunView;
  readonly observer: RunObserver;
  readonly hear: Listener;
}

async function observed(options: ExecuteOptions, audience: Audience): Promise<Executed> {
  let executed: Executed | null = null;
  try {
    executed = await work(options, audience);
    return executed;
  } finally {
    await audience.observer.ended(await endOf(executed));
  }
}

async function endOf(executed: Executed | null): Promise<RunEnd> {
  if (executed === null) return { outcome: "failed", findings: [] };
  const { ports, stopped } = executed;
  try {
    const outcome = stopped ?? (await ports.artifacts.get<Outcome>(artifact.outcome))?.status ?? "failed";
    return { outcome, findings: await allFindings(ports) };
  } catch {
    // What can no longer be read fails where the run needs it, not where it is counted.
    return { outcome: "failed", findings: [] };
  }
}

async function work(options: ExecuteOptions, { view, observer, hear }: Audience): Promise<Executed> {
  const { io, workspace, request, configDirectory, approver } = options;
  const { run, config } = request;
  const stop = new AbortController();
  const forget = onInterrupt(io, () => stop.abort());
  let waiting: Stopped | null = null;
  try {
    const environment = io.env;
    const ports = await localPorts({
      run,
      workspace,
      config,
      configDirectory,
      ...(request.backfill ? { release: request.backfill.file } : {}),
      environment,
      events: bothEvents(view, observer),
      renderer: reportFiles,
      stop: stop.signal,
      hear,
    });
    await begin(ports, options);
    // The question is not asked again, and the page of what was answered is opened nowhere else.
    if (options.resumed) await approver.show(ports);
    configureRuntime(async () => ports);
    const machine = stateMachine();
    const entrance = (await options.enter?.(ports)) ?? { state: machine.StartAt, input: {} };
    const execution = await runStateMachine(
      { ...machine, StartAt: entrance.state },
      { run, release: request.backfill?.file ?? config.migrations, ...entrance.input },
      {
        handlers: { ...HANDLERS, Seal: sealAfter(() => approver.end()) },
        services: localServices(HANDLERS),
        stop: stop.signal,
        onState: (name) => {
          view.entered(name);
          if (TAKES_TIME.has(machine.States[name]?.Type ?? "")) observer.entered(name);
          if (name !== "HoldRollout" || options.leaveHeld !== true) return;
          waiting = "held";
          stop.abort();
        },
        waitForToken: async () => {
          view.close();
          const answered = await approver.wait(ports, stop.signal);
          if (answered) return {};
          waiting = stop.signal.aborted ? null : "waiting for approval";
          stop.abort();
          return new Promise(() => {});
        },
      },
    );
    view.close();
    const stopped = execution.status !== "stopped" ? null : (waiting ?? "interrupted");
    return { execution, ports, stopped };
  } finally {
    await approver.end();
    forget();
  }
}

/** States that are followed from outside; the others are over at once. */
const TAKES_TIME: ReadonlySet<string> = new Set(["Task", "Map", "Wait"]);

function bothEvents(...all: readonly Events[]): Events {
  return {
    emit: (event) => {
      for (const one of all) one.emit(event);
    },
  };
}

/** Nothing is written into the trail after its seal: people who may still click are told about the end first. */
function sealAfter(end: () => Promise<void>): (event: unknown) => Promise<unknown> {
  const { Seal: seal } = HANDLERS;
  if (seal === undefined) throw new Error("there is no handler Seal");
  return async (event) => {
    await end();
    return seal(event);
  };
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, { readonly Type: string }>>;
}

function stateMachine(): Machine {
  const path = join(packageRoot(), "state-machines", "safety-gate.asl.json");
  return JSON.parse(readFileSync(path, "utf8")) as Machine;
}

async function begin(ports: Ports, { request, resumed, only }: ExecuteOptions): Promise<void> {
  await ports.artifacts.create(artifact.request, request);
  if (!resumed) return;
  // What stopped the run last time is no longer a finding; if it still holds, it will be found again.
  await saveFindings(ports, "failure", []);
  await ports.artifacts.put(artifact.passes, {
    resumed: (await passOf(ports)) + 1,
    ...(only ? { only } : {}),
  } satisfies Passes);
  await ports.audit.append({
    actor: request.requester,
    action: "run.resumed",
    subject: { kind: "run", name: request.run },
    digest: null,
    details: only ? { only: [...only] } : {},
  });
}
