import { chmodSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedServer, startEmbeddedServer } from "../../../adapters/local/embedded-server.js";
import { packageRoot } from "../../../adapters/local/package-root.js";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { type Workspace, workspaceIn } from "../../../adapters/local/workspace.js";
import { type Config, configSchema } from "../../../core/config/config.js";
import { plural } from "../../../core/plural.js";
import { readRelease } from "../../../core/release/read-release.js";
import type { RunRequest } from "../../../steps/run/records.js";
import type { ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { loopbackOnly } from "../../run/channels.js";
import { execute } from "../../run/execute.js";
import { finish } from "../../run/finish.js";
import { newRequest } from "../../run/start.js";
import { approverFor } from "../../run/waiting.js";
import { Progress } from "../../terminal/progress.js";

import { createDemoFleet, type Scenario } from "./fleet.js";
import { databaseName, demoTenants } from "./tenants.js";
import {
  clearOlderDemos,
  readServerRecord,
  removeServer,
  serverDirectory,
  writeRegistry,
  writeServerRecord,
} from "./workspace.js";

export interface DemoOptions {
  readonly scenario: Scenario;
  readonly tenants: number;
  readonly json: boolean;
  /** True: approve without asking even at a terminal. */
  readonly yes: boolean;
}

/** The main job on generated tenants: an embedded server, a fleet, a release, every gate, the approval, the rollout. */
export async function runDemo(io: Io, options: DemoOptions): Promise<ExitCode> {
  const workspace = workspaceIn(io.cwd, io.env);
  await clearOlderDemos(workspace);
  const request = newRequest(io, demoConfig(io, workspace), "demo");
  io.stderr.write(`Run ${request.run}: the demo, scenario ${options.scenario}\n`);
  const directory = serverDirectory(options.tenants);
  chmodSync(directory, 0o755);
  const server = await prepare(io, workspace, directory, options);
  await writeServerRecord(workspace, request.run, { directory, port: server.port });
  return work(io, workspace, request, server, { ...options, resumed: false });
}

/** Brings a demo's server back and continues the run. */
export async function resumeDemo(
  io: Io,
  workspace: Workspace,
  request: RunRequest,
  options: { readonly json: boolean },
): Promise<ExitCode> {
  const record = await readServerRecord(workspace, request.run);
  if (!record) {
    io.stderr.write(`The demo ${request.run} has ended and its server is gone; start another with: schema-gate demo\n`);
    return 2;
  }
  const server = await startEmbeddedServer(record);
  return work(io, workspace, request, server, { json: options.json, yes: false, resumed: true });
}

async function work(
  io: Io,
  workspace: Workspace,
  request: RunRequest,
  server: EmbeddedServer,
  options: { readonly json: boolean; readonly yes: boolean; readonly resumed: boolean },
): Promise<ExitCode> {
  try {
    const executed = await execute({
      io,
      workspace,
      request,
      configDirectory: workspace.demo,
      resumed: options.resumed,
      approver: approverFor({
        channels: loopbackOnly(),
        io,
        port: request.config.approval.port,
        name: io.login,
        mode: io.interactive && !options.yes ? "wait" : "self",
      }),
    });
    const code = await finish(io, executed, options.json);
    await server.stop();
    if (executed.stopped === null && code !== 3) await removeServer(workspace, request.run);
    return code;
  } finally {
    await server.stop();
  }
}

async function prepare(io: Io, workspace: Workspace, directory: string, options: DemoOptions): Promise<EmbeddedServer> {
  const progress = new Progress(io, () => systemClock.monotonic());
  progress.start("Start PostgreSQL");
  const server = await startEmbeddedServer({ directory });
  progress.end("18, embedded, on 127.0.0.1");
  try {
    const ids = demoTenants(options.tenants);
    progress.start("Create the fleet", ids.length);
    const release = await readRelease(await readReleaseFolder(migrationsFolder()));
    await createDemoFleet(server, release, ids, options.scenario, () => progress.advance());
    await writeRegistry(
      workspace,
      server,
      ids.map((id) => ({ id, database: databaseName(id) })),
    );
    progress.end(plural(ids.length, "tenant database"));
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function migrationsFolder(): string {
  return join(packageRoot(), "examples", "demo", "migrations");
}

function demoConfig(io: Io, workspace: Workspace): Config {
  return configSchema.parse({
    migrations: migrationsFolder(),
    registry: { file: join(workspace.demo, "tenants.csv") },
    connection: { password: "file:password" },
    staging: { mode: "same host" },
    requester: "deploy-pipeline",
    approval: { approvers: [{ id: io.login }], expires: "1h" },
    rollout: { canary: 1, growth: 6, maxWave: 150 },
  });
}
