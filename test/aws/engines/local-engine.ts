import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HANDLERS } from "../../../functions/index.js";
import { configureRuntime, type Handler } from "../../../functions/runtime.js";
import { localPorts } from "../../../lib/adapters/local/local-ports.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { localServices } from "../../../lib/adapters/local/services.js";
import { runStateMachine } from "../../../lib/adapters/local/state-machine.js";
import { workspaceIn } from "../../../lib/adapters/local/workspace.js";
import { untilDecided } from "../../../lib/cli/run/approver.js";
import { configSchema } from "../../../lib/core/config/config.js";
import { evidenceSchema } from "../../../lib/core/evidence/evidence.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { reviewApp } from "../../../lib/review/app.js";
import { approverLinks } from "../../../lib/review/links.js";
import { reviewModelOf } from "../../../lib/review/model-of-run.js";
import { reportFiles } from "../../../lib/review/report-files.js";
import { artifact, type Batch, type RunRequest } from "../../../lib/steps/run/records.js";
import { MIGRATIONS } from "../tenants/tenant-server.js";
import { type Browser, decideOnPage } from "./decide-on-page.js";
import { configOf, type Engine, type Job, type Ran, registryOf } from "./engine.js";

const ORIGIN = "http://127.0.0.1";
const DEFINITION = join(packageRoot(), "state-machines", "safety-gate.asl.json");

/** The state machine file in this process, over folders. */
export function localEngine(password: string): Engine {
  return { name: "local engine", run: (job) => runHere(job, password) };
}

async function runHere(job: Job, password: string): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-local-engine-"));
  try {
    cpSync(MIGRATIONS, join(directory, "migrations"), { recursive: true });
    writeFileSync(join(directory, "tenants.csv"), registryOf(job));
    const ports = await portsIn(directory, job, password);
    configureRuntime(async () => ports);
    const states: string[] = [];
    const ended = await runStateMachine(
      JSON.parse(readFileSync(DEFINITION, "utf8")) as object,
      { run: job.run, release: "migrations" },
      {
        handlers: { ...HANDLERS, Introspect: vanishing(HANDLERS.Introspect, job, ports) },
        services: localServices(HANDLERS),
        stop: ports.stop,
        onState: (name) => states.push(name),
        waitForToken: async () => {
          await job.onQuestion({ decide: (verdict) => decideHere(ports, verdict) });
          await untilDecided(ports, ports.stop);
          return {};
        },
      },
    );
    if (ended.status === "stopped") throw new Error("the local engine stopped without an end");
    const text = await ports.artifacts.getText(artifact.evidence);
    return {
      status: ended.status,
      error: ended.status === "failed" ? ended.error : null,
      states,
      evidence: evidenceSchema.parse(JSON.parse(text ?? "null")),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function portsIn(directory: string, job: Job, password: string): Promise<Ports> {
  const config = configSchema.parse(configOf(job, "tenants.csv", "env:TENANT_PASSWORD"));
  const ports = await localPorts({
    run: job.run,
    workspace: workspaceIn(directory),
    config,
    configDirectory: directory,
    environment: { TENANT_PASSWORD: password },
    events: { emit: () => {} },
    renderer: reportFiles,
    stop: new AbortController().signal,
  });
  await ports.artifacts.create(artifact.request, {
    run: job.run,
    command: "run",
    mode: "run",
    engine: "local",
    requester: "release-pipeline",
    toolVersion: "test",
    startedAt: new Date().toISOString(),
    config,
  } satisfies RunRequest);
  return ports;
}

/** Where Lambda's process disappears, the engine sees what Lambda says of it. */
function vanishing(handler: Handler | undefined, job: Job, ports: Ports): Handler {
  if (!handler) throw new Error("there is no handler Introspect");
  return async (event) => {
    const batch = await ports.artifacts.get<Batch>(artifact.batch((event as { batch: string }).batch));
    if (batch?.tenants.some((tenant) => tenant.id === job.vanishesAt))
      throw Object.assign(new Error("Runtime exited"), { name: "Runtime.ExitError" });
    return handler(event);
  };
}

async function decideHere(ports: Ports, verdict: "approve" | "reject"): Promise<void> {
  const key = randomBytes(32);
  const record = await ports.approvals.read(ports.run);
  if (record === null) throw new Error("nobody was asked");
  const [link] = approverLinks(record.request, ORIGIN, key);
  if (!link) throw new Error("the question has no approver");
  const app = reviewApp({
    origin: ORIGIN,
    key,
    approvals: ports.approvals,
    clock: ports.clock,
    model: () => reviewModelOf(ports),
    settle: async () => {},
    audit: async () => {},
  });
  const browser: Browser = async (path, { method, headers, body }) => {
    const answer = await app.request(path, method === "GET" ? { headers } : { method, headers, body });
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    return { status: answer.status, cookie, html: await answer.text() };
  };
  await decideOnPage(browser, ORIGIN, link.link.slice(ORIGIN.length), verdict);
}
