import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { ownScratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { identifier } from "../../../lib/core/sql/quote.js";
import { stateOnly } from "../../support/captured-io.js";
import { ended } from "../../support/fleet.js";
import { asPerson } from "../../support/two-people.js";

export type Kind = "databases" | "schemas";

const BASELINE = "20240101";
const BASE = `CREATE TABLE items (id int PRIMARY KEY, n int NOT NULL, note text NOT NULL);
CREATE TABLE notes (id int PRIMARY KEY, item int NOT NULL REFERENCES items, body text);
CREATE INDEX notes_item ON notes (item);
`;
const RELEASE = "ALTER TABLE items ADD COLUMN extra int;\nCREATE INDEX items_n ON items (n);\n";
const ROWS = "insert into items select i, i, 'note ' || i from generate_series(1, 20) i";
/** Tenants that are made in one message. */
const AT_ONCE = 100;
/** The process's highest memory at its end, in KiB, behind everything else that it says. */
const SAYS_MEMORY =
  "--import=data:text/javascript,process.on('exit',()=>process.stderr.write('%5CnmaxRSS='+process.resourceUsage().maxRSS))";

export interface Measured {
  readonly stdout: string;
  readonly ms: number;
  /** The highest memory of the process, MiB. */
  readonly peak: number;
}

/** A fleet of a chosen size with two small tables a tenant, and a release of one column and one index. */
export class GrownFleet {
  private constructor(
    private readonly directory: string,
    private readonly server: EmbeddedServer,
    private readonly kind: Kind,
    private readonly tenants: readonly string[],
  ) {}

  /** `base`: the schema of each tenant, with nothing released after it; default: two small tables, and a release. */
  static async create(kind: Kind, count: number, base: string | null = null): Promise<GrownFleet> {
    const directory = ownScratchDirectory("schema-gate-grown-", count * (kind === "databases" ? 9 : 0.5) * 2 ** 20);
    chmodSync(directory, 0o755);
    for (const folder of ["server", "migrations"]) mkdirSync(join(directory, folder));
    writeFileSync(join(directory, "migrations", `${BASELINE}_base.up.sql`), base ?? BASE);
    if (base === null) writeFileSync(join(directory, "migrations", "20240201_extra.up.sql"), RELEASE);
    const server = await startEmbeddedServer({
      directory: join(directory, "server"),
      settings: { max_locks_per_transaction: "1024" },
    });
    const tenants = Array.from({ length: count }, (_, at) => `t${String(at).padStart(5, "0")}`);
    const fleet = new GrownFleet(directory, server, kind, tenants);
    await fleet.fill(base === null ? `${BASE}${ROWS}` : base);
    fleet.configure();
    fleet.list();
    return fleet;
  }

  private async fill(content: string): Promise<void> {
    if (this.kind === "databases") {
      await this.inDatabase("postgres", (client) => client.query("create database tenant"));
      const setup = `${content};\n${await this.ledger(null)}`;
      await this.inDatabase("tenant", (client) => client.query(setup));
      await this.inDatabase("postgres", async (client) => {
        for (const id of this.tenants) await client.query(`create database ${identifier(id)} template tenant`);
      });
      return;
    }
    await this.inDatabase("postgres", (client) => client.query("create database shared"));
    await this.inDatabase("shared", async (client) => {
      for (let from = 0; from < this.tenants.length; from += AT_ONCE) {
        const some = this.tenants.slice(from, from + AT_ONCE);
        const scripts = some.map(
          async (id) => `create schema ${id}; set search_path = ${id}; ${content};\n${await this.ledger(id)}`,
        );
        await client.query((await Promise.all(scripts)).join(";\n"));
      }
      await client.query("analyze");
    });
  }

  /** What records the baseline. */
  private async ledger(schema: string | null): Promise<string> {
    const release = await readRelease(await readReleaseFolder(join(this.directory, "migrations")));
    const base = release.migrations.find(({ version }) => version === BASELINE);
    if (!base) throw new Error("the release has no baseline");
    const ledger = ledgerFor(release.convention, schema);
    return [...ledger.create, ...ledger.record(base, 1)].join(";\n");
  }

  /** The registry: the fleet, and others that are not there yet. */
  list(...more: readonly string[]): void {
    const url = (id: string) =>
      `postgres://postgres@127.0.0.1:${this.server.port}/${this.kind === "databases" ? id : "shared"}`;
    const rows = [...this.tenants, ...more].map((id) => `${id},${url(id)},${this.kind === "databases" ? "" : id}`);
    writeFileSync(join(this.directory, "tenants.csv"), ["id,url,schema", ...rows, ""].join("\n"));
  }

  private configure(): void {
    const config = {
      provision: { template: true },
      migrations: "migrations",
      registry: { file: "tenants.csv" },
      connection: { password: "env:TENANT_PASSWORD", superuser: "a server of the bench alone" },
      connectionsPerHost: 4,
      staging: { mode: "same host" },
      requester: "release-pipeline",
      approval: { approvers: [{ id: userInfo().username }] },
      thresholds: { ask: 0, quorum: 0.99, block: 1 },
      rollout: { canary: 1, growth: 10, maxWave: 1000 },
    };
    writeFileSync(join(this.directory, "schema-gate.yaml"), JSON.stringify(config, null, 2));
  }

  /** The command line as a process of its own. Throws unless it ends with one of these codes. */
  async command(args: readonly string[], codes: readonly number[] = [0]): Promise<Measured> {
    const started = performance.now();
    const child = spawn(process.execPath, [join(packageRoot(), "dist", "bin", "schema-gate.js"), ...args], {
      cwd: this.directory,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...stateOnly(),
        TENANT_PASSWORD: this.server.password,
        NODE_OPTIONS: `${asPerson(args).NODE_OPTIONS ?? ""} ${SAYS_MEMORY}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { code, stdout, stderr } = await ended(child);
    const ms = performance.now() - started;
    if (!codes.includes(code ?? -1)) throw new Error(`${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return { stdout, ms, peak: Math.round(Number(/maxRSS=(\d+)\s*$/.exec(stderr)?.[1]) / 1024) };
  }

  /** Milliseconds between the first event of one kind in the run's trail and the last of another. */
  between(first: string, last: string): number {
    const runs = join(this.directory, ".schema-gate", "runs");
    const trail = readFileSync(join(runs, readdirSync(runs).sort().at(-1) ?? "", "audit.jsonl"), "utf8");
    const events = trail
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly at: string; readonly action: string });
    const at = (event: { readonly at: string } | undefined) => Date.parse(event?.at ?? "");
    return at(events.findLast(({ action }) => action === last)) - at(events.find(({ action }) => action === first));
  }

  private async inDatabase(name: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
    const client = new pg.Client({ connectionString: this.server.url(name) });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }

  async destroy(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
