import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { artifactsOfRun } from "../../../lib/adapters/local/open-run.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { ownScratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { workspaceIn } from "../../../lib/adapters/local/workspace.js";
import { isSealed } from "../../../lib/cli/run/is-sealed.js";
import type { Person } from "../../../lib/core/approval/person.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import type { Artifacts } from "../../../lib/ports/artifacts.js";
import { artifact, type ProofRecord, type RunRequest, type TenantProgress } from "../../../lib/steps/run/records.js";
import { type Answer, schemaGate } from "../captured-io.js";
import { asPerson, loginFor } from "../two-people.js";
import { CuttingProxy } from "./cutting-proxy.js";
import { BASELINE, writeMigrations } from "./fault-release.js";

/** What a run consists of: its folder, and what it is held against. */
const PARTS = [".schema-gate", "state"];

export const SETTINGS = { synchronous_commit: "on", deadlock_timeout: "100ms", max_connections: "200" };
const CANNOT_CONNECT_NOW = "57P03";
const RESET = "drop schema if exists app cascade; drop schema if exists schema_gate cascade;";

export interface TrailEvent {
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: { readonly kind: string; readonly name: string };
  readonly details: { readonly tenants?: readonly string[]; readonly reason?: string };
}

/**
 * A fleet for faults: one run that is approved and has not begun its rollout, kept aside, so that every fault starts from
 * there on tenants that are as before.
 */
export class FaultFleet {
  readonly tenants: readonly string[];
  /** Every connection of the product goes through it. */
  readonly proxy: CuttingProxy;
  server: EmbeddedServer;
  /** Port of the server that the registry names as every tenant's replica; null for none. */
  replica: number | null = null;
  /** Groups of tenants, by id, as the registry gives them. */
  groups: Readonly<Record<string, string>> = {};
  private setup = "";

  private constructor(
    readonly directory: string,
    server: EmbeddedServer,
    proxy: CuttingProxy,
    count: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.server = server;
    this.proxy = proxy;
    this.tenants = Array.from({ length: count }, (_, at) => `t${String(at).padStart(3, "0")}`);
  }

  /** `write` puts the folder of migrations into the fleet's, the first of them the baseline. */
  static async create(
    count: number,
    write = writeMigrations,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<FaultFleet> {
    const directory = ownScratchDirectory("schema-gate-faults-", count * 12 * 2 ** 20 + 2 ** 29);
    chmodSync(directory, 0o755);
    const place = join(directory, "server");
    mkdirSync(place);
    const settings = { ...SETTINGS, ...extra };
    const server = await startEmbeddedServer({ directory: place, settings });
    const fleet = new FaultFleet(directory, server, await CuttingProxy.start(server.port), count, settings);
    await fleet.prepare(write);
    return fleet;
  }

  private async prepare(write: (directory: string) => string): Promise<void> {
    const release = await readRelease(await readReleaseFolder(write(this.directory)));
    const base = release.migrations.find((migration) => migration.version === BASELINE);
    if (!base) throw new Error("the release has no baseline");
    const ledger = ledgerFor(release.convention, null);
    const statements = [...base.up.statements.map(({ sql }) => sql), ...ledger.create, ...ledger.record(base, 1)];
    this.setup = statements.join(";\n");
    await this.inDatabase("postgres", async (client) => {
      for (const id of this.tenants) await client.query(`create database ${identifier(id)}`);
    });
    await this.reset();
    this.writeRegistry();
  }

  /** Starts the server again with its data, at the same address. */
  async startServer(): Promise<void> {
    const { port } = this.server;
    const { directory, settings } = this;
    this.server = await startEmbeddedServer({ directory: join(directory, "server"), port, settings });
  }

  writeRegistry(tenants: readonly string[] = this.tenants, folder = this.directory, through = this.proxy.port): void {
    const url = (port: number | null, id: string) =>
      port === null ? "" : `postgres://postgres@127.0.0.1:${port}/${id}`;
    const rows = tenants.map((id) => `${id},${url(through, id)},${url(this.replica, id)},${this.groups[id] ?? ""}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "tenants.csv"), ["id,url,replica,group", ...rows, ""].join("\n"));
  }

  /** A config in this folder or another one, which then has runs of its own on the same tenants. */
  writeConfig(rollout: Readonly<Record<string, unknown>> = {}, folder = this.directory, connections = 32): void {
    const config = {
      migrations: join(this.directory, "migrations"),
      registry: { file: "tenants.csv" },
      connection: { password: "env:TENANT_PASSWORD", superuser: "a server of the tests alone" },
      connectionsPerHost: connections,
      staging: { mode: "same host" },
      requester: "release-pipeline",
      approval: { approvers: [{ id: userInfo().username }] },
      lint: { waivers: [{ rule: "SG048", reason: "the runner splits the file", expires: "2099-12-31" }] },
      thresholds: { ask: 0, quorum: 0.99, block: 1 },
      rollout: {
        canary: this.tenants.length,
        maxWave: null,
        lockTimeout: "300ms",
        attempts: 4,
        waitForServer: "2s",
        ...rollout,
      },
    };
    writeFileSync(join(folder, "schema-gate.yaml"), JSON.stringify(config, null, 2));
  }

  /** Every gate and the approval; then the folder is kept aside. */
  async approve(folder = this.directory): Promise<string> {
    const asked = await this.command(["run", "--no-wait"], folder);
    const given = await this.command(["approve"], folder);
    if (given.code !== 0) throw new Error(`the run was not approved:\n${asked.stderr}\n${given.stderr}`);
    rmSync(join(folder, "kept"), { recursive: true, force: true });
    for (const part of PARTS) cpSync(join(folder, part), join(folder, "kept", part), { recursive: true });
    return this.run(folder);
  }

  /** Tenants as before, and the run as it was when it was approved. */
  async restore(folder = this.directory): Promise<void> {
    await this.reset();
    for (const part of PARTS) {
      rmSync(join(folder, part), { recursive: true, force: true });
      cpSync(join(folder, "kept", part), join(folder, part), { recursive: true });
    }
    // Made again, the tenants have other change detectors than when they were introspected.
    await this.command(["inspect", "--no-declared"], folder);
  }

  /** Tenants as before, and no run at all. */
  async clear(folder = this.directory): Promise<void> {
    await this.reset();
    for (const part of PARTS) rmSync(join(folder, part), { recursive: true, force: true });
  }

  async reset(tenants: readonly string[] = this.tenants): Promise<void> {
    const queue = [...tenants];
    const work = async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop())
        await this.inDatabase(id, (client) => client.query(`${RESET}\n${this.setup}`));
    };
    await Promise.all([work(), work(), work(), work()]);
  }

  /** A command line as a process of its own, or the runner that kills itself. */
  start(script: string, args: readonly string[], folder = this.directory): ChildProcess {
    return spawn(process.execPath, [join(packageRoot(), script), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...asPerson(args), ...this.environment(folder) },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** A command line in this process. */
  command(args: readonly string[], folder = this.directory): Promise<Answer> {
    return schemaGate(folder, args, { env: this.environment(folder), login: loginFor(args) });
  }

  /** With a state of its own, which is restored together with the runs. */
  private environment(folder: string) {
    return { TENANT_PASSWORD: this.server.password, SCHEMA_GATE_STATE: join(folder, "state") };
  }

  /** The run as the gate itself writes it. */
  private artifacts(folder = this.directory): Artifacts {
    return artifactsOfRun(workspaceIn(folder, this.environment(folder)), this.run(folder));
  }

  run(folder = this.directory): string {
    const runs = join(folder, ".schema-gate", "runs");
    return existsSync(runs) ? (readdirSync(runs).sort().at(-1) ?? "") : "";
  }

  /** What the run says of a tenant; null when it says nothing. */
  progress(id: string, folder = this.directory): TenantProgress | null {
    const path = join(folder, ".schema-gate", "runs", this.run(folder), "tenants", `${id}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as TenantProgress) : null;
  }

  trail(folder = this.directory): readonly TrailEvent[] {
    const path = join(folder, ".schema-gate", "runs", this.run(folder), "audit.jsonl");
    return readFileSync(path, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Replaces who asked and who may answer, as if the config had said so. */
  async editRequest(change: {
    readonly requester: string;
    readonly approvers: readonly Person[];
    readonly keepLimit?: string;
  }): Promise<void> {
    const request = await this.artifacts().get<RunRequest>(artifact.request);
    if (request === null) throw new Error("the run has no request");
    const { config, ...rest } = request;
    const approval = { ...config.approval, approvers: change.approvers.map(({ id }) => ({ id })) };
    const rollback = { ...config.rollback, ...(change.keepLimit ? { keepLimit: change.keepLimit } : {}) };
    const changed = { ...rest, requester: change.requester, config: { ...config, approval, rollback } };
    await this.artifacts().put(artifact.request, changed);
  }

  /** Something that a gate would write now. */
  writeArtifact(key: string, value: unknown): Promise<void> {
    return this.artifacts().put(key, value);
  }

  /** Takes something out of the run's folder; returns what puts it back. */
  hideArtifact(key: string): () => void {
    const path = join(this.directory, ".schema-gate", "runs", this.run(), key);
    // Outside of the run: in its folder another file would be a finding.
    const aside = join(this.directory, `${randomUUID()}.hidden`);
    renameSync(path, aside);
    return () => renameSync(aside, path);
  }

  /** Enters a rollout of this process over all tenants; returns what ends it. */
  pretendRollout(run: string): () => void {
    const folder = join(this.directory, ".schema-gate", "locks", "rollouts");
    mkdirSync(folder, { recursive: true });
    const tenants = this.tenants.map((id) => `127.0.0.1:${this.proxy.port}/${id}/`);
    const path = join(folder, `${run}.json`);
    writeFileSync(path, JSON.stringify({ run, since: "2024-01-01T00:00:00.000Z", pid: process.pid, tenants }));
    return () => rmSync(path);
  }

  /** What the dry runs of the run's clusters established. */
  proofs(): readonly ProofRecord[] {
    const folder = join(this.directory, ".schema-gate", "runs", this.run(), "proofs");
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  }

  /** How the run ended; null when it has no end. */
  outcome(folder = this.directory): string | null {
    const path = join(folder, ".schema-gate", "runs", this.run(folder), "outcome.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { status: string }).status : null;
  }

  isSealed(): Promise<boolean> {
    return isSealed(artifactsFolder(join(this.directory, ".schema-gate", "runs", this.run())));
  }

  /** Findings of the run that a step wrote under this name. */
  findings(name: string): readonly { readonly tenants?: readonly string[] }[] {
    const path = join(this.directory, ".schema-gate", "runs", this.run(), "findings", `${name}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  }

  /** Waits for a server that recovers. */
  async open(name: string): Promise<pg.Client> {
    for (const deadline = Date.now() + 60_000; ; ) {
      const client = new pg.Client({ connectionString: this.server.url(name) });
      client.on("error", () => {});
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.end().catch(() => {});
        if ((error as { code?: string }).code !== CANNOT_CONNECT_NOW || Date.now() > deadline) throw error;
        await delay(50);
      }
    }
  }

  async inDatabase<T>(name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.open(name);
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  }

  async destroy(): Promise<void> {
    await this.proxy.stop();
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
