import { writeFileSync } from "node:fs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { clientSettings } from "../../lib/adapters/aws/clients.js";
import { openStore } from "../../lib/adapters/aws/s3-store.js";
import { ManagedSecrets } from "../../lib/adapters/aws/secrets-manager.js";
import { SLACK_WINDOW_MS } from "../../lib/core/approval/slack-signature.js";
import { type SlackServer, startSlackServer, TOKEN } from "../adapters/notify/slack-server.js";
import { AwsEngine, type AwsEngineOptions, type Traces } from "./engines/aws-engine.js";
import { decideByLink } from "./engines/decide-by-link.js";
import { killFunction } from "./engines/kill-function.js";
import { localEngine } from "./engines/local-engine.js";
import { SIGNING_SECRET, SlackMember } from "./engines/slack-member.js";
import { startAsPipeline, startedByUpload, startedExecutions } from "./engines/starts.js";
import { type Played, play } from "./scenarios/play.js";
import { SCENARIOS, type Scenario } from "./scenarios/scenarios.js";
import { type Compared, PAGE, scenariosPage, statesOnPage } from "./scenarios/scenarios-page.js";
import { SLACK_SECRET } from "./stack/deploy.js";
import { functionReports } from "./stack/function-reports.js";
import { functionsAt, invokeFunction } from "./stack/invoke-function.js";
import { readLogs } from "./stack/read-logs.js";
import { placesOf, taskTokens } from "./stack/search-all.js";
import { SentLinks } from "./stack/sent-links.js";
import type { Target } from "./stack/target.js";
import { UploadRule } from "./stack/upload-rule.js";
import { type SilentServer, startSilentServer } from "./tenants/silent-server.js";
import { TenantServer } from "./tenants/tenant-server.js";

const deployment = inject("deployment");
const writing = process.env.SCHEMA_GATE_WRITE_SCENARIOS === "1";
const SECOND_MS = 1000;
/** How long the emulator may take to hand over what a function has logged. */
const LOGS_ARRIVE_MS = 30_000;

let server: TenantServer;
let silent: SilentServer;
let aws: AwsEngine;
let options: AwsEngineOptions;
let slack: SlackServer;
let uploads: UploadRule;
let sent: SentLinks | null = null;
const traces: Traces[] = [];
let uploaded: Played | null = null;
const played = new Map<string, Compared>();
/** Files of the bundle by the functions' names. */
const entries = new Map<string, string>();
const coldStarts = new Map<string, number>();

beforeAll(async () => {
  const address = deployment.deployed ? process.env.SCHEMA_GATE_ACCOUNT_SERVER : undefined;
  server = address === undefined ? await TenantServer.start() : TenantServer.at(address);
  silent = await startSilentServer();
  if (!deployment.deployed) return;
  const secret = `tenants/scenarios-${Date.now()}`;
  await makeSecret(secret, server.password);
  const { target } = deployment;
  slack = await startSlackServer();
  const { endpoint } = slack;
  if (target.slackUrl !== null)
    await makeSecret(SLACK_SECRET, JSON.stringify({ token: TOKEN, signingSecret: SIGNING_SECRET, endpoint }));
  uploads = await UploadRule.of(target);
  await uploads.turn("off");
  // Only a process of this machine reaches an endpoint of this machine.
  if (target.functionsAreProcesses) sent = await SentLinks.subscribe(target.topic, "alex", clientSettings(process.env));
  options = {
    target,
    password: `secret:${secret}`,
    start: (uploaded) => startAsPipeline(target.stateMachine, uploaded),
    decide: (request, verdict) => decideByLink(target, sent, request, verdict),
    kill: killFunction,
    reached: silent.reached,
    traces,
  };
  aws = new AwsEngine(options);
});
afterAll(async () => {
  await sent?.close();
  await slack?.close();
  silent?.stop();
  await server?.stop();
});

async function makeSecret(Name: string, SecretString: string): Promise<void> {
  const client = new SecretsManagerClient(clientSettings(process.env));
  await client.send(new CreateSecretCommand({ Name, SecretString }));
}

describe("each deployed function by itself", () => {
  it("refuses an event that says nothing, and starts with less than a second of processor time", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const { endpoint, name, functionsAreProcesses } = deployment.target;
    if (endpoint === null || !functionsAreProcesses)
      return context.skip(`the functions of ${name} are no processes that start one by one`);
    for (const { name: called, entry } of await functionsAt(endpoint)) {
      entries.set(called, entry);
      const answer = await invokeFunction(endpoint, called, {});
      // The page answers whoever calls it, and the reminder reads nothing of its schedule's event; a step never does.
      if (entry !== "review" && entry !== "remind") expect(answer.error, entry).toBe("ZodError");
      const start = await startOf(deployment.target, called, answer.log);
      const figure = (label: string) => Number(new RegExp(`${label}: ([\\d.]+) ms`).exec(start)?.[1]);
      coldStarts.set(entry, figure("Init Duration"));
      expect(figure("Init Processor"), entry).toBeLessThan(SECOND_MS);
    }
    expect(entries.size).toBeGreaterThan(20);
  });
});

/** The line about the first start: not in this call's log if something else, such as a schedule, called the function before. */
async function startOf(target: Target, called: string, log: string): Promise<string> {
  if (log.includes("Init Duration")) return log;
  return vi.waitFor(
    async () => {
      const started = (await readLogs(target, called)).find(({ message }) => message.includes("Init Duration"));
      if (started === undefined) throw new Error(`${called} has not logged its start`);
      return started.message;
    },
    { timeout: LOGS_ARRIVE_MS, interval: SECOND_MS },
  );
}

function judged(scenario: Scenario, ran: Played): void {
  expect(ran.evidence.verdict.status).toBe(scenario.outcome);
  expect(ran.status).toBe(scenario.outcome === "passed" ? "succeeded" : "failed");
  expect(ran.evidence.findings.map((finding) => finding.code)).toEqual(expect.arrayContaining([...scenario.findings]));
  expect(ran.migrated).toEqual(scenario.migrated);
  if (!writing) expect(ran.states).toEqual(statesOnPage(scenario.name));
}

/** Approves after attempts that must not count: another's signature, an old one, another body, another's name, a repetition. */
async function approvedInSlack(member: SlackMember, run: string, bucket: string): Promise<readonly string[]> {
  const store = openStore(bucket, clientSettings(process.env));
  const decisions = async () => (await store.list("approvals/")).filter((key) => key.includes("/entries/")).length;
  const before = await decisions();
  const now = () => Math.floor(Date.now() / SECOND_MS);
  for (const forgery of [
    { secret: "another" },
    { at: now() - SLACK_WINDOW_MS / SECOND_MS - 1 },
    { body: "payload={}" },
  ])
    expect((await member.press(run, "approve", forgery)).status).toBe(401);
  expect((await member.press(run, "approve", { user: "U0MALLORY" })).status).toBe(200);
  await member.until(({ body }) => body.text?.includes("does not count") === true);
  expect((await member.press(run, "reject")).status).toBe(200);
  await member.until(({ path }) => path.endsWith("/views.open"));
  expect(await decisions()).toBe(before);
  const at = now();
  const pressed = Date.now();
  expect((await member.press(run, "approve", { at })).status).toBe(200);
  // Slack waits for three seconds, so it has its answer before anything is decided.
  expect(Date.now() - pressed).toBeLessThan(3 * SECOND_MS);
  expect(member.told).toHaveLength(1);
  expect((await member.press(run, "approve", { at })).status).toBe(409);
  await member.until(({ body }) => body.text === "Your approval counts.");
  expect(await decisions()).toBe(before + 1);
  return [];
}

/** What the function that starts runs answers to the event of an upload once more. */
async function deliveredAgain({ endpoint }: Target, run: string, key: string): Promise<unknown> {
  const time = run.slice(-"20261122T170000Z".length).replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5");
  const start = (await functionsAt(endpoint ?? "")).find(({ entry }) => entry === "start");
  return (await invokeFunction(endpoint ?? "", start?.name ?? "", { time, detail: { object: { key } } })).payload;
}

describe("the deployed state machine and the local engine", () => {
  it.for(SCENARIOS)("go through the states of docs/aws-scenarios.md: $name, here", async (scenario) => {
    const stage = { server, silentPort: silent.port };
    const here = await play(scenario, { ...stage, engine: localEngine(server.password), prefix: "local" });
    judged(scenario, here);
    played.set(scenario.name, { aws: here, local: here });
  });

  it.for(SCENARIOS)("agree on: $name", { timeout: 180_000 }, async (scenario, context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    if (scenario.vanishing && !deployment.target.functionsAreProcesses)
      return context.skip(`the functions of ${deployment.target.name} are no processes that a test could kill`);
    const local = played.get(scenario.name)?.local;
    if (!local) throw new Error("the scenario was not played here");
    const there = await play(scenario, { server, silentPort: silent.port, engine: aws, prefix: "aws" });
    played.set(scenario.name, { aws: there, local });
    judged(scenario, there);
    expect(there.states).toEqual(local.states);
    expect(there.error).toBe(local.error);
  });

  it("takes a rollout that halted in its second wave back by the command, on the deployed stack", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const tenants = ["aws-breaker-1", "aws-breaker-2", "aws-breaker-3"];
    const having = async () => {
      const has = await Promise.all(tenants.map((id) => server.hasRelease(id)));
      return has.filter((yes) => yes).length;
    };
    expect(await having()).toBe(2);
    expect(await aws.rollBack("aws-breaker")).toBe(0);
    expect(await having()).toBe(0);
  }, 180_000);

  it("is started by an upload, and approved in Slack", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const { target } = deployment;
    if (target.slackUrl === null)
      return context.skip(`the functions of ${target.name} cannot reach a stand-in for Slack`);
    const member = new SlackMember(slack, target, target.slackUrl);
    const scenario = SCENARIOS.find(({ name }) => name === "pass") as Scenario;
    let key = "";
    const engine = new AwsEngine({
      ...options,
      start: (uploading) => {
        key = uploading.release;
        return startedByUpload(target.stateMachine, uploading);
      },
      decide: ({ run }) => approvedInSlack(member, run, target.bucket),
    });
    await uploads.turn("on");
    try {
      const ran = await play(scenario, { server, silentPort: silent.port, engine, prefix: "upload" });
      uploaded = ran;
      judged(scenario, ran);
      expect(ran.evidence.approval?.decisions).toMatchObject([{ person: "alex", channel: "slack" }]);
      const run = engine.runs.get("upload-pass") ?? "";
      expect(await deliveredAgain(target, run, key)).toMatchObject({ run, fresh: false });
      const releases = (await startedExecutions(target.stateMachine)).flatMap(({ release = "" }) =>
        release.startsWith("inputs/") ? [release] : [],
      );
      expect(new Set(releases).size).toBe(releases.length);
    } finally {
      await uploads.turn("off");
    }
  });

  it.for<[string, (run: string) => object, string]>([
    ["a run that another execution works on", (run) => ({ run, release: "inputs/another.json.gz" }), "DuplicateRun"],
    ["a release that is not there", () => ({ run: "aws-unknown", release: "inputs/nothing.json.gz" }), "failed"],
    ["a run that leaves its folder", (run) => ({ run: `../${run}`, release: "inputs/a.json.gz" }), "ZodError"],
    ["nothing", () => ({}), "States.Runtime"],
  ])("fails an execution of %s", async ([_, inputOf, error], context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const client = new SFNClient(clientSettings(process.env));
    const { executionArn } = await client.send(
      new StartExecutionCommand({
        stateMachineArn: deployment.target.stateMachine,
        input: JSON.stringify(inputOf(aws.runs.get("aws-pass") ?? "")),
      }),
    );
    for (;;) {
      const { status, error: said } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (status === "RUNNING") continue;
      expect([status, said]).toEqual(["FAILED", error]);
      return;
    }
  });

  it("shows neither a task token nor a secret in any log, state, artifact or page", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const { target } = deployment;
    const logs = await readLogs(target, "SchemaGate");
    expect(logs.length).toBeGreaterThan(0);
    const tokens = taskTokens(traces);
    // Whoever was asked was asked with a token: the search would find one.
    expect(tokens.length).toBeGreaterThan(0);
    const linkKey = await new ManagedSecrets(process.env, clientSettings(process.env), Date.now).resolve(
      `secret:${target.linkSecret}`,
    );
    const found = await placesOf([...tokens, server.password, linkKey, TOKEN, SIGNING_SECRET], target, traces, logs);
    expect(found).toEqual([]);
  });

  it("keeps every function within its memory, and its figures on a page", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const reports = functionReports(await readLogs(deployment.target, "SchemaGate"), entries);
    expect(reports.length).toBeGreaterThan(15);
    for (const report of reports) expect(report.memory, report.name).toBeLessThan(report.memorySetting);
    if (writing) writeFileSync(PAGE, scenariosPage(aws.name, played, uploaded, reports, coldStarts));
  });
});
