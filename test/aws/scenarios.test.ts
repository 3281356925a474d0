import { writeFileSync } from "node:fs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { clientSettings } from "../../lib/adapters/aws/clients.js";
import { ManagedSecrets } from "../../lib/adapters/aws/secrets-manager.js";
import { AwsEngine } from "./engines/aws-engine.js";
import { killFunction } from "./engines/kill-function.js";
import { localEngine } from "./engines/local-engine.js";
import { type Played, play } from "./scenarios/play.js";
import { SCENARIOS, type Scenario } from "./scenarios/scenarios.js";
import { type Compared, PAGE, scenariosPage, statesOnPage } from "./scenarios/scenarios-page.js";
import { functionReports } from "./stack/function-reports.js";
import { functionsAt, invokeFunction } from "./stack/invoke-function.js";
import { readLogs } from "./stack/read-logs.js";
import { placesOf, taskTokens } from "./stack/search-all.js";
import { SentLinks } from "./stack/sent-links.js";
import { type SilentServer, startSilentServer } from "./tenants/silent-server.js";
import { TenantServer } from "./tenants/tenant-server.js";

const deployment = inject("deployment");
const writing = process.env.SCHEMA_GATE_WRITE_SCENARIOS === "1";
const SECOND_MS = 1000;

let server: TenantServer;
let silent: SilentServer;
let aws: AwsEngine;
let sent: SentLinks | null = null;
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
  await new SecretsManagerClient(clientSettings(process.env)).send(
    new CreateSecretCommand({ Name: secret, SecretString: server.password }),
  );
  const { target } = deployment;
  // Only a process of this machine reaches an endpoint of this machine.
  if (target.functionsAreProcesses) sent = await SentLinks.subscribe(target.topic, "alex", clientSettings(process.env));
  aws = new AwsEngine({
    target,
    sent,
    password: `secret:${secret}`,
    kill: killFunction,
    reached: silent.reached,
  });
});
afterAll(async () => {
  await sent?.close();
  silent?.stop();
  await server?.stop();
});

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
      const figure = (label: string) => Number(new RegExp(`${label}: ([\\d.]+) ms`).exec(answer.log)?.[1]);
      coldStarts.set(entry, figure("Init Duration"));
      expect(figure("Init Processor"), entry).toBeLessThan(SECOND_MS);
    }
    expect(entries.size).toBeGreaterThan(20);
  });
});

function judged(scenario: Scenario, ran: Played): void {
  expect(ran.evidence.verdict.status).toBe(scenario.outcome);
  expect(ran.status).toBe(scenario.outcome === "passed" ? "succeeded" : "failed");
  expect(ran.evidence.findings.map((finding) => finding.code)).toEqual(expect.arrayContaining([...scenario.findings]));
  expect(ran.migrated).toEqual(scenario.migrated);
  if (!writing) expect(ran.states).toEqual(statesOnPage(scenario.name));
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
    const tokens = taskTokens(aws.traces);
    // Whoever was asked was asked with a token: the search would find one.
    expect(tokens.length).toBeGreaterThan(0);
    const linkKey = await new ManagedSecrets(process.env, clientSettings(process.env), Date.now).resolve(
      `secret:${target.linkSecret}`,
    );
    const found = await placesOf([...tokens, server.password, linkKey], target, aws.traces, logs);
    expect(found).toEqual([]);
  });

  it("keeps every function within its memory, and its figures on a page", async (context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    const reports = functionReports(await readLogs(deployment.target, "SchemaGate"), entries);
    expect(reports.length).toBeGreaterThan(15);
    for (const report of reports) expect(report.memory, report.name).toBeLessThan(report.memorySetting);
    if (writing) writeFileSync(PAGE, scenariosPage(aws.name, played, reports, coldStarts));
  });
});
