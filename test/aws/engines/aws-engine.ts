import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { openStore, type S3Store } from "../../../lib/adapters/aws/s3-store.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";
import { evidenceSchema } from "../../../lib/core/evidence/evidence.js";
import type { Target } from "../stack/target.js";
import { MIGRATIONS } from "../tenants/tenant-server.js";
import { configOf, type Engine, type Job, type Ran, registryOf } from "./engine.js";
import type { Uploaded } from "./starts.js";

const POLL_MS = 250;
const DEFINITION = join(packageRoot(), "state-machines", "safety-gate.asl.json");
const OUTERMOST = new Set(Object.keys((JSON.parse(readFileSync(DEFINITION, "utf8")) as { States: object }).States));

export interface AwsEngineOptions {
  readonly target: Target;
  /** Reference to the secret with the tenants' password. */
  readonly password: string;
  /** Has an uploaded release started; returns the run and its execution. */
  start(uploaded: Uploaded): Promise<{ readonly run: string; readonly execution: string }>;
  /** Decides as an approver; returns the pages they saw. */
  decide(request: ApprovalRequest, verdict: "approve" | "reject"): Promise<readonly string[]>;
  /** Ends the process that runs a function; its name holds `part`. */
  kill(part: string): void;
  /** Resolves when a process has reached the tenant at which it is to disappear. */
  readonly reached: Promise<void>;
  /** Gets what each run leaves. */
  readonly traces: Traces[];
}

/** What a run left that is no artifact, for those who look through all of it. */
export interface Traces {
  readonly history: readonly HistoryEvent[];
  readonly pages: readonly string[];
}

/** The deployed state machine, started and approved as its options say. */
export class AwsEngine implements Engine {
  /** Names of the runs by those of their jobs. */
  readonly runs = new Map<string, string>();
  private readonly client = new SFNClient(clientSettings(process.env));
  private readonly store: S3Store;

  constructor(private readonly options: AwsEngineOptions) {
    this.store = openStore(options.target.bucket, clientSettings(process.env));
  }

  get name(): string {
    return this.options.target.name;
  }

  async run(job: Job): Promise<Ran> {
    const { run, execution } = await this.options.start(await this.upload(job));
    this.runs.set(job.run, run);
    if (job.vanishesAt !== null) void this.options.reached.then(() => this.options.kill("Introspect"));
    const pages: string[] = [];
    const over = new AbortController();
    const [ended] = await Promise.all([
      this.untilEnded(execution, over.signal),
      this.asked(
        () => Promise.resolve(run),
        async () => (await this.describe(execution)).status !== "RUNNING",
        (request) =>
          job.onQuestion({
            decide: async (verdict) => void pages.push(...(await this.options.decide(request, verdict))),
          }),
      ),
    ]).finally(() => over.abort());
    const history = await this.history(execution);
    this.options.traces.push({ history, pages });
    const evidence = await this.store.text(`runs/${run}/evidence.json`);
    return {
      status: ended.status === "SUCCEEDED" ? "succeeded" : "failed",
      error: ended.error ?? null,
      states: history
        .flatMap((event) => event.stateEnteredEventDetails?.name ?? [])
        // The history holds the states inside inline Maps too.
        .filter((name) => OUTERMOST.has(name)),
      evidence: evidenceSchema.parse(JSON.parse(evidence ?? "null")),
    };
  }

  /** Packs and uploads by `schema-gate run --aws --upload-only`. Returns what it prints: the input of the execution. */
  private async upload(job: Job): Promise<Uploaded> {
    const registry = `${job.run}.csv`;
    await this.store.put(`registry/${registry}`, registryOf(job));
    return this.inFolder(async (directory) => {
      cpSync(MIGRATIONS, join(directory, "migrations"), { recursive: true });
      const config = JSON.stringify(configOf(job, registry, this.options.password));
      writeFileSync(join(directory, "schema-gate.yaml"), config);
      const command = this.command(directory, "dana", ["run", "--aws", "--upload-only"]);
      const [printed] = await Promise.all([text(command.stdout), once(command, "exit")]);
      return JSON.parse(printed);
    });
  }

  /** Takes a run that has halted back by `schema-gate rollback RUN --aws`, and approves that on the page. Returns its exit code. */
  async rollBack(job: string): Promise<number | null> {
    const run = this.runs.get(job) ?? job;
    return this.inFolder(async (directory) => {
      const before = await this.orderOf(run);
      const command = this.command(directory, "olga", ["rollback", run, "--aws"]);
      command.stdout.pipe(process.stdout);
      const ended = once(command, "exit");
      const question = async () => {
        const order = await this.orderOf(run);
        return order === before ? null : `${run}.rollback-${order}`;
      };
      await this.asked(
        question,
        async () => command.exitCode !== null,
        async (request) => void (await this.options.decide(request, "approve")),
      );
      const [code] = (await ended) as [number | null];
      return code;
    });
  }

  private async inFolder<T>(work: (directory: string) => Promise<T>): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), "schema-gate-aws-"));
    try {
      return await work(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** The command line, with the stack's outputs and the pipeline's key. */
  private command(directory: string, author: string, args: readonly string[]) {
    const { target } = this.options;
    const key = join(directory, "pack-key.pem");
    writeFileSync(key, target.packKey, { mode: 0o600 });
    return spawn(process.execPath, [join(packageRoot(), "dist/bin/schema-gate.js"), ...args], {
      cwd: directory,
      env: {
        ...process.env,
        SCHEMA_GATE_BUCKET: target.bucket,
        SCHEMA_GATE_STATE_MACHINE: target.stateMachine,
        SCHEMA_GATE_PACK_KEY: key,
        SCHEMA_GATE_AUTHOR: author,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  private async orderOf(run: string): Promise<number | null> {
    const text = await this.store.text(`runs/${run}/order.json`);
    return text === null ? null : (JSON.parse(text) as { order: number }).order;
  }

  /** Waits for a question and has it answered; where all `ended` without one, nobody is asked. */
  private async asked(
    question: () => Promise<string | null>,
    ended: () => Promise<boolean>,
    answer: (request: ApprovalRequest) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const name = await question();
      const folder = createHash("sha256")
        .update(name ?? "")
        .digest("hex")
        .slice(0, 32);
      const text = name === null ? null : await this.store.text(`approvals/${folder}/request.json`);
      if (text !== null) return answer((JSON.parse(text) as { body: ApprovalRequest }).body);
      if (await ended()) return;
      await delay(POLL_MS);
    }
  }

  private describe(execution: string) {
    return this.client.send(new DescribeExecutionCommand({ executionArn: execution }));
  }

  private async untilEnded(execution: string, over: AbortSignal) {
    for (;;) {
      const said = await this.describe(execution);
      if (said.status !== "RUNNING" || over.aborted) return said;
      await delay(POLL_MS);
    }
  }

  private async history(execution: string): Promise<readonly HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(
        new GetExecutionHistoryCommand({
          executionArn: execution,
          maxResults: 1000,
          ...(nextToken ? { nextToken } : {}),
        }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return events;
  }
}
