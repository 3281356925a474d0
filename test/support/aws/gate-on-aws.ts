import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import { type LambdaHandler, onLambda } from "../../../functions/aws/lambda.js";
import { handler as load } from "../../../functions/aws/load.js";
import { handler as report } from "../../../functions/aws/report.js";
import { handler as requestApproval } from "../../../functions/aws/request-approval.js";
import { handler as review } from "../../../functions/aws/review.js";
import { runTask } from "../../../functions/aws/task.js";
import { HANDLERS } from "../../../functions/index.js";
import { packRelease, type ReleasePack } from "../../../lib/adapters/aws/release-pack.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { ServiceError } from "../../../lib/adapters/local/services.js";
import { type LocalExecution, runStateMachine } from "../../../lib/adapters/local/state-machine.js";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";
import { configSchema } from "../../../lib/core/config/config.js";
import type { StackPolicy } from "../../../lib/core/policy/stack-policy.js";
import type { Signer } from "../../../lib/ports/signer.js";
import { TestFleet } from "../fleet.js";
import { capturedLogs } from "./captured-logs.js";
import {
  approverLink,
  decide,
  type FunctionUrlAnswer,
  type FunctionUrlRequest,
  functionUrlEvent,
  questionIn,
} from "./function-url.js";
import { PACK_KEY, policyVariable } from "./pack-key.js";
import { type Execution, SimulatedAws } from "./simulated-aws.js";

export const LINK_KEY = "0123456789abcdef0123456789abcdef-link-key";
export const RELEASE = "inputs/demo-1.0.json.gz";
const OWN: Readonly<Record<string, LambdaHandler>> = { Load: load, RequestApproval: requestApproval, Report: report };

/** What a person at the page, or nobody, does while the run waits. */
export type Answer = (gate: GateOnAws, run: string, token: string) => Promise<void>;

/** The state machine file, as far as tests change it. */
export interface Definition {
  StartAt: string;
  readonly States: Record<string, DefinedState>;
}

export interface DefinedState {
  readonly ItemProcessor?: Definition;
  readonly [field: string]: unknown;
}

export interface RunOptions {
  readonly run: string;
  readonly release?: string;
  /** A signed order, and the execution that it is given to. */
  readonly order?: { readonly signed: unknown; readonly execution: string };
  readonly answer?: Answer;
  /** Milliseconds of one invocation of a function; default: Lambda's 15 minutes. */
  readonly remaining?: (name: string) => number;
  /** Called before the long task begins. */
  readonly task?: () => Promise<void>;
  /** Where a redriven execution goes on: the state that had not ended, with the input that it had. Default: at the beginning. */
  readonly from?: { readonly state: string; readonly input: object };
  /** Changes the definition before it is run. */
  readonly amended?: (definition: Definition) => void;
  /** Aborted: the execution is stopped, as by `StopExecution`. */
  readonly stop?: AbortSignal;
  /** Called before each handler with the name of its state's function and its event. */
  readonly before?: (name: string, event: unknown) => Promise<void> | void;
}

/**
 * The gate as it runs on AWS, its engine and services excepted: the Lambda handlers, on simulated services, over real tenants, in the
 * order of the state machine file.
 */
export class GateOnAws {
  /** Every event and output that went over the state machine, as text. */
  readonly states: string[] = [];
  /** Every line that a handler logged. */
  readonly logs = capturedLogs();
  readonly pages: string[] = [];
  /** Variables of the builds that ran. */
  readonly builds: Readonly<Record<string, string>>[] = [];

  /** What the review page handed to itself and works on. */
  readonly later: Promise<unknown>[] = [];

  private constructor(
    readonly aws: SimulatedAws,
    readonly fleet: TestFleet,
  ) {
    aws.onInvoke = (event) => this.later.push(review(event, context(60_000)));
  }

  /** `policy`: of the stack; default: alex and robin approve, the pipeline hands in. */
  static async create(tenants: number, policy: Partial<StackPolicy> = {}): Promise<GateOnAws> {
    const aws = await SimulatedAws.start();
    const fleet = await TestFleet.create(tenants);
    const gate = new GateOnAws(aws, fleet);
    Object.assign(process.env, aws.variables(), policyVariable(policy), {
      SCHEMA_GATE_REGISTRY: "s3:registry/tenants.csv",
    });
    aws.secrets.set("link-key", LINK_KEY);
    aws.secrets.set("tenants", JSON.stringify({ username: "postgres", password: fleet.server.password }));
    gate.writeRegistry();
    await gate.upload({});
    return gate;
  }

  writeRegistry(urls: Readonly<Record<string, string>> = {}): void {
    const rows = this.fleet.tenants.map((id) => {
      const url = `postgres://postgres@127.0.0.1:${this.fleet.server.port}/${encodeURIComponent(databaseName(id))}`;
      return `${id},${urls[id] ?? url},tenants`;
    });
    this.aws.s3.put("registry/tenants.csv", ["id,url,secret", ...rows, ""].join("\n"));
  }

  /** The stack is updated with another policy. */
  setPolicy(policy: Partial<StackPolicy>): void {
    Object.assign(process.env, policyVariable(policy));
  }

  /** The demo's release, packed with a config and signed by the pipeline. */
  async upload(
    changes: Readonly<Record<string, unknown>>,
    key = RELEASE,
    asked: Partial<Pick<ReleasePack, "mode" | "fresh" | "authors">> = {},
    signer: Signer = PACK_KEY,
  ): Promise<void> {
    const folder = join(packageRoot(), "examples", "demo", "migrations");
    const pack: ReleasePack = {
      authors: ["dana"],
      mode: "run",
      toolVersion: "1.0.0",
      ...asked,
      config: configSchema.parse({
        migrations: "migrations",
        registry: { file: "tenants.csv" },
        staging: { mode: "same host" },
        rollout: { canary: 1, growth: 6, maxWave: 150 },
        ...changes,
      }),
      files: await readReleaseFolder(folder),
    };
    this.aws.s3.put(key, (await packRelease(pack, signer)).bytes);
  }

  async run(options: RunOptions): Promise<LocalExecution> {
    const { run, release = RELEASE, order, answer = approve, from, stop = new AbortController().signal } = options;
    const definition = JSON.parse(
      readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8"),
    ) as Definition;
    if (from) definition.StartAt = from.state;
    options.amended?.(definition);
    const id = order?.execution ?? run;
    const input = {
      ...from?.input,
      run,
      ...(order === undefined ? { release } : { release: "order", order: order.signed }),
    };
    const execution: Execution = { name: id, machine: "gate", input: JSON.stringify(input), status: "RUNNING" };
    this.aws.executions.set(id.slice(id.lastIndexOf(":") + 1), execution);
    const ended = await runStateMachine(definition, input, {
      execution: id,
      handlers: this.handlers(options),
      services: { pauses: {}, call: (action, parameters) => this.build(action, parameters, options) },
      stop,
      onState: () => {},
      waitForToken: async (token) => {
        this.aws.waiting.add(token);
        await answer(this, run, token);
        // An execution that nobody woke waits until somebody stops it.
        if (options.stop && this.aws.waiting.has(token)) await once(options.stop);
        return {};
      },
    });
    execution.status = ended.status === "succeeded" ? "SUCCEEDED" : "FAILED";
    if (ended.status === "failed") Object.assign(execution, { error: ended.error, cause: ended.cause });
    return ended;
  }

  artifact<T>(run: string, key: string): T | null {
    const text = this.aws.s3.text(`runs/${run}/${key}`);
    return text === undefined ? null : (JSON.parse(text) as T);
  }

  /** Hash of the last event of a run's trail. */
  head(run: string): string {
    const keys = [...this.aws.s3.objects.keys()].filter((key) => key.startsWith(`audit/${run}/events/`)).sort();
    return (JSON.parse(this.aws.s3.text(keys.at(-1) ?? "") ?? "{}") as { hash?: string }).hash ?? "";
  }

  question(run: string): ApprovalRequest {
    return questionIn(this.aws, run);
  }

  link(run: string, person: string, change: Partial<ApprovalRequest> = {}, key = LINK_KEY): string {
    return approverLink(this.question(run), person, key, change);
  }

  /** One request to the approval Function URL, as Lambda hands it on. */
  async request(path: string, init: FunctionUrlRequest = {}): Promise<FunctionUrlAnswer> {
    const answer = (await review(functionUrlEvent(path, init), context(900_000))) as FunctionUrlAnswer;
    this.pages.push(JSON.stringify({ ...answer, headers: { ...answer.headers, location: "" } }));
    return answer;
  }

  async destroy(): Promise<void> {
    await this.fleet.destroy();
    await this.aws.close();
  }

  /** CodeBuild, as far as a long task goes: the program of the build with its variables. */
  private async build(action: string, parameters: unknown, { task }: RunOptions): Promise<unknown> {
    if (action !== "codebuild:startBuild.sync") throw new ServiceError("NoSuchService", action);
    await task?.();
    const { EnvironmentVariablesOverride: given } = parameters as {
      EnvironmentVariablesOverride: readonly { Name: string; Value: string }[];
    };
    const variables = Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));
    this.builds.push(variables);
    if ((await runTask({ ...process.env, ...variables })) !== 0)
      throw new ServiceError("States.TaskFailed", "the build failed");
    return { Build: { BuildStatus: "SUCCEEDED" } };
  }

  private handlers({ remaining = () => 900_000, before }: RunOptions) {
    return Object.fromEntries(
      Object.entries(HANDLERS).map(([name, step]) => {
        const entry = name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
        const handler = OWN[name] ?? onLambda(entry, step);
        const call = async (event: unknown) => {
          await before?.(name, event);
          const output = await handler(event, context(remaining(name)));
          const { taskToken: _, ...rest } = event as { taskToken?: string };
          this.states.push(JSON.stringify([name, rest, output]));
          return output;
        };
        return [name, call];
      }),
    );
  }
}

export function context(remaining: number): Context {
  const end = performance.now() + remaining;
  return {
    functionName: "gate",
    awsRequestId: "request",
    getRemainingTimeInMillis: () => end - performance.now(),
  } as Context;
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Alex approves through the page. */
export const approve: Answer = async (gate, run) => {
  const answer = await decide(gate, gate.link(run, "alex"));
  if (answer.statusCode !== 303) throw new Error(`the approval was answered with ${answer.statusCode}: ${answer.body}`);
};
