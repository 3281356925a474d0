import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { identifier } from "../../lib/core/sql/quote.js";
import { type Answer, schemaGate } from "./captured-io.js";
import { type Major, onServer, serverUrl } from "./postgres.js";
import { loginFor } from "./two-people.js";

const BASELINE = `CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL CHECK (email <> ''), plan text, note text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.plan := coalesce(NEW.plan, 'free'); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION touch();
`;

/** What is made on the server, and what the config says. */
export interface RoleFleetOptions {
  readonly databases?: number;
  /** Tenants that are schemas of one more database. */
  readonly schemas?: number;
  /** Every second tenant belongs to another owner. */
  readonly twoOwners?: boolean;
  /** How the login becomes the owner; without it the login is not a member of it. */
  readonly grant?: boolean;
  readonly connection?: Readonly<Record<string, unknown>>;
  /** Attributes of the login. */
  readonly attributes?: string;
}

/** Tenants whose tables belong to an owner role, and a login that is its member, as a distribution's PostgreSQL has them. */
export class RoleFleet {
  readonly owner: string;
  private readonly otherOwner: string | null;
  readonly login: string;
  readonly application: string;
  readonly databases: readonly string[];
  private readonly shared: string | null;

  private constructor(
    readonly major: Major,
    readonly directory: string,
    readonly names: string,
    private readonly options: RoleFleetOptions,
  ) {
    this.owner = `owner_${names}`;
    this.otherOwner = options.twoOwners ? `other_${names}` : null;
    this.login = `gate_${names}`;
    this.application = `app_${names}`;
    this.databases = Array.from({ length: options.databases ?? 2 }, (_, at) => `shop_${names}_${at}`);
    this.shared = options.schemas ? `shared_${names}` : null;
  }

  static async create(major: Major, options: RoleFleetOptions = {}): Promise<RoleFleet> {
    const names = randomBytes(4).toString("hex");
    const fleet = new RoleFleet(major, mkdtempSync(join(tmpdir(), "schema-gate-roles-")), names, options);
    await fleet.make();
    return fleet;
  }

  private async make(): Promise<void> {
    const { owner, login, application } = this;
    for (const each of this.owners()) await onServer(this.major, `create role ${each} nologin`);
    await onServer(this.major, `create role ${application} nologin`);
    await onServer(this.major, `create role ${login} login password 'x' ${this.options.attributes ?? "createdb"}`);
    if (this.options.grant !== false)
      for (const each of this.owners()) await onServer(this.major, `grant ${each} to ${login}`);
    for (const [at, database] of this.databases.entries()) {
      await onServer(this.major, `create database ${database} owner ${this.ownerOf(at)}`);
      await this.inDatabase(database, (client) => this.build(client, "public", this.ownerOf(at)));
    }
    if (this.shared) {
      await onServer(this.major, `create database ${this.shared} owner ${owner}`);
      await this.inDatabase(this.shared, async (client) => {
        for (const [at, schema] of this.schemas().entries()) {
          await client.query(`create schema ${schema} authorization ${this.ownerOf(at)}`);
          await this.build(client, schema, this.ownerOf(at));
        }
      });
    }
    mkdirSync(join(this.directory, "migrations"));
    this.release("20240101_baseline.sql", BASELINE);
    this.writeRegistry();
    this.config({});
  }

  owners(): readonly string[] {
    return this.otherOwner === null ? [this.owner] : [this.owner, this.otherOwner];
  }

  /** Of the database, or of the schema, with this number. */
  private ownerOf(at: number): string {
    return this.owners()[at % this.owners().length] ?? this.owner;
  }

  schemas(): readonly string[] {
    return Array.from({ length: this.options.schemas ?? 0 }, (_, at) => `tenant_${at}`);
  }

  /** Everything as the owner, so that it is the owner's; the application may read and write. */
  private async build(client: pg.Client, schema: string, owner: string): Promise<void> {
    await client.query(`set role ${owner}; set search_path = ${schema}`);
    await client.query(BASELINE);
    const ledger = schema === "public" ? "schema_gate.ledger" : "schema_gate_ledger";
    if (schema === "public") await client.query("create schema schema_gate");
    await client.query(
      `create table ${ledger} (version text primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(), elapsed_ms bigint not null)`,
    );
    await client.query(
      `insert into ${ledger} (version, name, checksum, elapsed_ms) values ('20240101', 'baseline', $1, 1)`,
      [createHash("sha256").update(BASELINE).digest("hex")],
    );
    await client.query("insert into customers (email) select 'u' || n from generate_series(1, 20) n");
    await client.query("reset role");
  }

  release(file: string, sql: string): void {
    writeFileSync(join(this.directory, "migrations", file), sql);
  }

  urlOf(database: string): string {
    const url = new URL(serverUrl(this.major, database));
    url.username = this.login;
    url.password = "x";
    return url.toString();
  }

  /** `roles`: the registry's column, by the tenant's id. */
  writeRegistry(roles: Readonly<Record<string, string>> = {}): void {
    const rows = this.tenants().map(({ id, schema, url }) => ({
      id,
      url,
      ...(schema === null ? {} : { schema }),
      ...(roles[id] === undefined ? {} : { role: roles[id] }),
    }));
    writeFileSync(join(this.directory, "tenants.json"), JSON.stringify(rows));
  }

  private tenants(): readonly { id: string; url: string; schema: string | null; role: string }[] {
    return [
      ...this.databases.map((database, at) => ({ id: `d${at}`, url: this.urlOf(database), schema: null, at })),
      ...this.schemas().map((schema, at) => ({ id: `s${at}`, url: this.urlOf(this.shared ?? ""), schema, at })),
    ].map(({ at, ...tenant }) => ({ ...tenant, role: this.ownerOf(at) }));
  }

  /** A registry that the product's own database holds, with the owner of each tenant. Returns what the config says of it. */
  async registryInDatabase(): Promise<Readonly<Record<string, unknown>>> {
    await this.inDatabase("postgres", async (client) => {
      await client.query(`create table ${this.registry} (id text, url text, schema text, role text)`);
      await client.query(`grant select on ${this.registry} to ${this.login}`);
      for (const { id, url, schema, role } of this.tenants())
        await client.query(`insert into ${this.registry} values ($1, $2, $3, $4)`, [id, url, schema, role]);
    });
    writeFileSync(join(this.directory, "registry-url"), this.urlOf("postgres"), { mode: 0o600 });
    const sql = `select id, url, schema, role from ${this.registry} order by id`;
    return { query: { url: "file:registry-url", sql } };
  }

  private get registry(): string {
    return `tenants_${this.names}`;
  }

  config(changes: Readonly<Record<string, unknown>>): void {
    const config = {
      migrations: "migrations",
      registry: { file: "tenants.json" },
      connection: this.options.connection ?? { role: this.owner },
      staging: { mode: "same host" },
      approval: { approvers: [{ id: userInfo().username }] },
      ...changes,
    };
    writeFileSync(join(this.directory, "schema-gate.yaml"), JSON.stringify(config, null, 2));
  }

  command(argv: readonly string[]): Promise<Answer> {
    return schemaGate(this.directory, argv, { login: loginFor(argv) });
  }

  /** The newest run. */
  run(): string {
    return (
      readdirSync(join(this.directory, ".schema-gate", "runs"))
        .sort()
        .at(-1) ?? ""
    );
  }

  /** As the tests' superuser. */
  async inDatabase<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: serverUrl(this.major, database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async everyDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<readonly T[]> {
    const all = this.shared === null ? this.databases : [...this.databases, this.shared];
    const results: T[] = [];
    for (const database of all) results.push(await this.inDatabase(database, work));
    return results;
  }

  /** What belongs to the login, in all databases; nothing may. */
  async ownedByLogin(): Promise<readonly string[]> {
    const owned = await this.everyDatabase(async (client) => {
      const { rows } = await client.query(
        `select pg_describe_object(classid, objid, objsubid) as what from pg_shdepend
          where refobjid = $1::regrole and deptype = 'o' and dbid in (0, (select oid from pg_database where datname = current_database()))`,
        [this.login],
      );
      return rows.map(({ what }) => String(what));
    });
    return owned.flat();
  }

  /** Databases that were made for a proof and are still there. */
  async leftBehind(): Promise<readonly string[]> {
    const { rows } = await onServer(
      this.major,
      `select datname from pg_database where datname like 'schema\\_gate\\_%' and pg_get_userbyid(datdba) = any (array['${[...this.owners(), this.login].join("', '")}'])`,
    );
    return rows.map(({ datname }) => String(datname));
  }

  async destroy(): Promise<void> {
    const left = await this.leftBehind();
    for (const database of [...this.databases, ...(this.shared ? [this.shared] : []), ...left])
      await onServer(this.major, `drop database if exists ${identifier(database)} with (force)`);
    await onServer(this.major, `drop table if exists ${this.registry}`);
    for (const role of [this.login, this.application, ...this.owners()]) {
      await onServer(this.major, `drop owned by ${role}`);
      await onServer(this.major, `drop role ${role}`);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
