import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { identifier, qualified } from "../../lib/core/sql/quote.js";
import { type Answer, schemaGate } from "./captured-io.js";
import type { Major } from "./majors.js";
import { onServer, serverUrl } from "./postgres.js";
import { loginFor } from "./two-people.js";

const BASELINE = `CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, plan int REFERENCES public.plans);
CREATE INDEX users_email ON users (email);
CREATE VIEW paying AS SELECT id, email FROM users WHERE plan > 1;
`;

const SHARED = `create table public.plans (id int primary key, name text not null);
insert into public.plans values (1, 'free'), (2, 'paid');
create table public.audit (line text);
`;

/** The folder from which what the tenants share is released. */
export const SHARED_PART = "shared";

interface RegistryOptions {
  readonly role?: (schema: string) => string;
  readonly url?: string;
  readonly folder?: string;
}

/** Tenants that are schemas of one database, over what they share in public: as a user has them on disk and on a server. */
export class SchemaFleet {
  private constructor(
    readonly major: Major,
    readonly directory: string,
    private readonly names: string,
    readonly schemas: readonly string[],
  ) {}

  get database(): string {
    return `schemas_${this.names}`;
  }

  static async create(major: Major, count: number): Promise<SchemaFleet> {
    const directory = mkdtempSync(join(tmpdir(), "schema-gate-schemas-"));
    const schemas = Array.from({ length: count }, (_, at) => `tenant_${at}`);
    const fleet = new SchemaFleet(major, directory, randomBytes(4).toString("hex"), schemas);
    await onServer(major, `create database ${fleet.database}`);
    await fleet.query([SHARED, ledger("public", SHARED), ...schemas.map(tenantOf)].join(";\n"));
    for (const folder of ["migrations", SHARED_PART, join(SHARED_PART, "migrations")])
      mkdirSync(join(directory, folder));
    fleet.release("20240101_baseline.sql", BASELINE);
    fleet.release("20240101_baseline.sql", SHARED, SHARED_PART);
    fleet.registry(schemas);
    fleet.registry(["public"], { folder: SHARED_PART });
    for (const folder of [".", SHARED_PART]) fleet.config({}, folder);
    return fleet;
  }

  /** As the tests' superuser, who is gone afterwards: a database that somebody is connected to cannot be copied. */
  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: serverUrl(this.major, this.database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  release(file: string, sql: string, folder = "."): void {
    writeFileSync(join(this.directory, folder, "migrations", file), sql);
  }

  /** The tenants that are listed; `role`: each one's own, where the registry says them. */
  registry(schemas: readonly string[], options: RegistryOptions = {}): void {
    const { url = serverUrl(this.major, this.database), role, folder = "." } = options;
    const rows = schemas.map((schema) => [schema, url, schema, ...(role ? [role(schema)] : [])].join(","));
    const head = `id,url,schema${role ? ",role" : ""}`;
    writeFileSync(join(this.directory, folder, "tenants.csv"), [head, ...rows, ""].join("\n"));
  }

  config(changes: Readonly<Record<string, unknown>> = {}, folder = "."): void {
    const config = {
      migrations: "migrations",
      registry: { file: "tenants.csv", shared: ["public"] },
      connection: { superuser: "a server of the tests alone" },
      staging: { mode: "same host" },
      approval: { approvers: [{ id: userInfo().username }] },
      ...changes,
    };
    writeFileSync(join(this.directory, folder, "schema-gate.yaml"), JSON.stringify(config, null, 2));
  }

  command(argv: readonly string[], folder = "."): Promise<Answer> {
    return schemaGate(join(this.directory, folder), argv, { login: loginFor(argv) });
  }

  /** Gives each tenant to a role of its own, of which a new login is a member; they may read what is shared. Returns the URL for the registry. */
  async giveToRoles(): Promise<string> {
    const login = `gate_${this.names}`;
    await onServer(
      this.major,
      `create role ${login} login password 'x' createdb; alter database ${this.database} owner to ${login}`,
    );
    for (const schema of this.schemas) {
      const role = this.roleOf(schema);
      await onServer(this.major, `create role ${role} nologin; grant ${role} to ${login}`);
      await this.query(`alter schema ${schema} owner to ${role}; grant create on database ${this.database} to ${role};
        alter table ${schema}.users owner to ${role}; alter view ${schema}.paying owner to ${role};
        alter table ${schema}.schema_gate_ledger owner to ${role};
        grant select, references on all tables in schema public to ${role}`);
    }
    const url = new URL(serverUrl(this.major, this.database));
    url.username = login;
    url.password = "x";
    return url.toString();
  }

  roleOf(schema: string): string {
    return `${schema}_${this.names}`;
  }

  /** One value of each tenant's, by a query in which `$schema` stands for its quoted name. */
  async inEach(query: string): Promise<readonly unknown[]> {
    const each = this.schemas.map((schema) => `(${query.replaceAll("$schema", identifier(schema))})`);
    const [row] = await this.query(`select array[${each.join(", ")}] as values`);
    return row?.values as readonly unknown[];
  }

  async destroy(): Promise<void> {
    await onServer(this.major, `drop database if exists ${this.database} with (force)`);
    const { rows } = await onServer(this.major, `select rolname from pg_roles where rolname like '%\\_${this.names}'`);
    for (const { rolname } of rows) await onServer(this.major, `drop owned by ${rolname}; drop role ${rolname}`);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function tenantOf(schema: string): string {
  return `create schema ${identifier(schema)}; set search_path = ${identifier(schema)}, public;
    ${BASELINE}
    insert into users (email, plan) select '${schema}-' || n, 1 + n % 2 from generate_series(1, 5) n;
    reset search_path;
    ${ledger(schema, BASELINE)}`;
}

/** Says that a schema has the baseline. */
function ledger(schema: string, baseline: string): string {
  const table = qualified(schema, "schema_gate_ledger");
  const checksum = createHash("sha256").update(baseline).digest("hex");
  return `create table ${table} (version text primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(), elapsed_ms bigint not null);
    insert into ${table} (version, name, checksum, elapsed_ms) values ('20240101', 'baseline', '${checksum}', 1)`;
}
