import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { clientSettings } from "../../lib/adapters/aws/clients.js";
import { ManagedSecrets } from "../../lib/adapters/aws/secrets-manager.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { AwsEngine } from "./engines/aws-engine.js";
import { killFunction } from "./engines/kill-function.js";
import { localEngine } from "./engines/local-engine.js";
import { play } from "./scenarios/play.js";
import { SCENARIOS } from "./scenarios/scenarios.js";
import { type Compared, scenariosPage } from "./scenarios/scenarios-page.js";
import { functionReports } from "./stack/function-reports.js";
import { readLogs } from "./stack/read-logs.js";
import { placesOf, taskTokens } from "./stack/search-all.js";
import { type SilentServer, startSilentServer } from "./tenants/silent-server.js";
import { TenantServer } from "./tenants/tenant-server.js";

const deployment = inject("deployment");

describe("the deployed state machine and the local engine", () => {
  let server: TenantServer;
  let silent: SilentServer;
  let aws: AwsEngine;
  const played = new Map<string, Compared>();

  beforeAll(async () => {
    if (!deployment.deployed) return;
    const address = process.env.SCHEMA_GATE_ACCOUNT_SERVER;
    server = address === undefined ? await TenantServer.start() : TenantServer.at(address);
    silent = await startSilentServer();
    const secret = `tenants/scenarios-${Date.now()}`;
    await new SecretsManagerClient(clientSettings(process.env)).send(
      new CreateSecretCommand({ Name: secret, SecretString: server.password }),
    );
    aws = new AwsEngine({
      target: deployment.target,
      password: `secret:${secret}`,
      kill: killFunction,
      reached: silent.reached,
    });
  });
  afterAll(async () => {
    silent?.stop();
    await server?.stop();
  });

  it.for(SCENARIOS)("agree on: $name", { timeout: 180_000 }, async (scenario, context) => {
    if (!deployment.deployed) return context.skip(deployment.reason);
    if (scenario.vanishing && !deployment.target.functionsAreProcesses)
      return context.skip(`the functions of ${deployment.target.name} are no processes that a test could kill`);
    const stage = { server, silentPort: silent.port };
    const there = await play(scenario, { ...stage, engine: aws, prefix: "aws" });
    const here = await play(scenario, { ...stage, engine: localEngine(server.password), prefix: "local" });
    played.set(scenario.name, { aws: there, local: here });
    for (const ran of [there, here]) {
      expect(ran.evidence.verdict.status).toBe(scenario.outcome);
      expect(ran.status).toBe(scenario.outcome === "passed" ? "succeeded" : "failed");
      expect(ran.evidence.findings.map((finding) => finding.code)).toEqual(
        expect.arrayContaining([...scenario.findings]),
      );
      expect(ran.migrated).toEqual(scenario.migrated);
    }
    expect(there.states).toEqual(here.states);
    expect(there.error).toBe(here.error);
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
    const reports = functionReports(await readLogs(deployment.target, "SchemaGate"));
    expect(reports.length).toBeGreaterThan(15);
    for (const report of reports) expect(report.memory, report.name).toBeLessThan(report.memorySetting);
    if (process.env.SCHEMA_GATE_WRITE_SCENARIOS !== "1") return;
    writeFileSync(join(packageRoot(), "docs", "aws-scenarios.md"), scenariosPage(aws.name, played, reports));
  });
});
