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
import { ManagedSecrets } from "../../../lib/adapters/aws/secrets-manager.js";
import { startExecution } from "../../../lib/adapters/aws/start-execution.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";
import { evidenceSchema } from "../../../lib/core/evidence/evidence.js";
import { approverLinks } from "../../../lib/review/links.js";
import type { SentLinks } from "../stack/sent-links.js";
import type { Target } from "../stack/target.js";
import { MIGRATIONS } from "../tenants/tenant-server.js";
import { decideOnPage } from "./decide-on-page.js";
import { configOf, type Engine, type Job, type Ran, registryOf } from "./engine.js";
import { functionUrl } from "./function-url.js";

const POLL_MS = 250;
const DEFINITION = join(packageRoot(), "state-machines", "safety-gate.asl.json");
const OUTERMOST = new Set(Object.keys((JSON.parse(readFileSync(DEFINITION, "utf8")) as { States: object }).States));

export interface AwsEngineOptions {
  readonly target: Target;
  /** Reference to the secret with the tenants' password. */
  readonly password: string;
  /** What was really sent to the approver; null where messages do not reach this machine, so that a link is made with the stack's key. */
  readonly sent: SentLinks | null;
  /** Ends the process that runs a function; its name holds `part`. */
  kill(part: string): void;
  /** Resolves when a process has reached the tenant at which it is to disappear. */
  readonly reached: Promise<void>;
}

/** What a run left that is no artifact, for those who look through all of it. */
export interface Traces {
  readonly history: readonly HistoryEvent[];
  readonly pages: readonly string[];
}

/** The deployed state machine, started and approved as a user does. */
export class AwsEngine implements Engine {
  readonly traces: Traces[] = [];
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
    const input = await this.upload(job);
    const { run } = input;
    this.runs.set(job.run, run);
    // As CodePipeline's action does with the artifact of the stage before.
    const { execution } = await startExecution(this.options.target.stateMachine, input, clientSettings(process.env));
    if (job.vanishesAt !== null) void this.options.reached.then(() => this.options.kill("Introspect"));
    const pages: string[] = [];
    const over = new AbortController();
    const [ended] = await Promise.all([
      this.untilEnded(execution, over.signal),
      this.asked(
        () => Promise.resolve(run),
        async () => (await this.describe(execution)).status !== "RUNNING",
        (request) => job.onQuestion({ decide: (verdict) => this.decide(request, verdict, pages) }),
      ),
    ]).finally(() => over.abort());
    const history = await this.history(execution);
    this.traces.push({ history, pages });
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
  private async upload(job: Job): Promise<{ readonly run: string; readonly release: string }> {
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
        (request) => this.decide(request, "approve", []),
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

  private async decide(request: ApprovalRequest, verdict: "approve" | "reject", pages: string[]): Promise<void> {
    const { target, sent } = this.options;
    const link = sent ? await sent.linkTo(request.run) : await this.madeLink(request);
    const browser = functionUrl(target.reviewUrl, target.endpoint);
    pages.push(...(await decideOnPage(browser, target.reviewUrl, link.slice(target.reviewUrl.length), verdict)));
  }

  private async madeLink(request: ApprovalRequest): Promise<string> {
    const { linkSecret, reviewUrl } = this.options.target;
    const secrets = new ManagedSecrets(process.env, clientSettings(process.env), Date.now);
    const key = Buffer.from(await secrets.resolve(`secret:${linkSecret}`), "utf8");
    return approverLinks(request, reviewUrl, key)[0]?.link ?? "";
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
