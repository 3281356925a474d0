import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { Config } from "../../core/config/config.js";
import { type Registry, RegistryError, type Tenant } from "../../ports/registry.js";
import type { Secrets } from "../../ports/secrets.js";
import { type Endpoint, openSession } from "../pg/connection.js";
import { EndpointError, endpointOf } from "../pg/endpoint.js";

/** A tenant with the way to its database. Holds secrets: stays in memory. */
export interface FleetEntry {
  readonly tenant: Tenant;
  readonly endpoint: Endpoint;
  readonly replica: Endpoint | null;
}

const blank = (value: unknown) => (value === "" || value === null ? undefined : value);
const text = z.preprocess(blank, z.coerce.string().optional());

const rowSchema = z.strictObject({
  id: z.coerce.string().min(1, "a tenant needs an id"),
  group: text,
  url: z.preprocess(blank, z.string({ error: "a tenant needs a url" })),
  schema: text,
  replica: text,
});

/** The registry that the config names: a CSV, JSON or YAML file, or a query on a control-plane database. */
export class Fleet implements Registry {
  private readonly config: Config;
  private readonly secrets: Secrets;
  private readonly directory: string;
  private loaded: Promise<ReadonlyMap<string, FleetEntry>> | null = null;

  constructor(config: Config, secrets: Secrets, directory: string) {
    this.config = config;
    this.secrets = secrets;
    this.directory = directory;
  }

  async tenants(): Promise<readonly Tenant[]> {
    // Read anew each time, so that a tenant which joined while a run works is seen.
    this.loaded = this.load();
    return [...(await this.loaded).values()].map((entry) => entry.tenant);
  }

  async entry(id: string): Promise<FleetEntry> {
    const entry = (await this.entries()).get(id);
    if (!entry) throw new RegistryError(`the registry no longer lists tenant ${id}`);
    return entry;
  }

  private entries(): Promise<ReadonlyMap<string, FleetEntry>> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  private async load(): Promise<ReadonlyMap<string, FleetEntry>> {
    const { file, query } = this.config.registry;
    const [origin, rows] = file
      ? [`the registry ${file}`, await this.rowsOfFile(file)]
      : [`the registry query`, await this.rowsOfQuery(query ?? { url: "", sql: "" })];
    const entries = new Map<string, FleetEntry>();
    for (const [index, row] of rows.entries()) {
      const entry = await this.entryOf(row, `${origin}, entry ${index + 1}`);
      if (entries.has(entry.tenant.id)) throw new RegistryError(`${origin} lists the tenant ${entry.tenant.id} twice`);
      entries.set(entry.tenant.id, entry);
    }
    if (entries.size === 0)
      throw new RegistryError(`${origin} lists no tenant; a gate over nothing would prove nothing`);
    return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private async rowsOfFile(file: string): Promise<readonly unknown[]> {
    const path = resolve(this.directory, file);
    let content: string;
    try {
      content = await readFile(path, "utf8");
    } catch (error) {
      throw new RegistryError(`the registry ${file} could not be read: ${(error as NodeJS.ErrnoException).code}`);
    }
    try {
      const parsed: unknown =
        extname(path) === ".csv"
          ? parseCsv(content, { columns: true, skip_empty_lines: true, trim: true, bom: true })
          : parseYaml(content);
      const rows = Array.isArray(parsed) ? parsed : (parsed as { tenants?: unknown } | null)?.tenants;
      if (!Array.isArray(rows)) throw new Error("expected a list of tenants");
      return rows;
    } catch (error) {
      throw new RegistryError(`the registry ${file} is not valid: ${(error as Error).message.split("\n")[0]}`);
    }
  }

  private async rowsOfQuery(query: { url: string; sql: string }): Promise<readonly unknown[]> {
    const endpoint = endpointOf(await this.secrets.resolve(query.url));
    const session = await openSession(endpoint, { purpose: "read", statementTimeout: 30_000, lockTimeout: 2000 });
    try {
      return await session.query(query.sql);
    } catch (error) {
      throw new RegistryError(
        `the registry query failed on ${endpoint.host}/${endpoint.database}: ${(error as Error).message}`,
      );
    } finally {
      await session.close();
    }
  }

  private async entryOf(row: unknown, place: string): Promise<FleetEntry> {
    const parsed = rowSchema.safeParse(row);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new RegistryError(`${place}: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`);
    }
    const { id, group, url, schema, replica } = parsed.data;
    try {
      const endpoint = await this.endpoint(url);
      const host = `${endpoint.host}:${endpoint.port}`;
      return {
        tenant: { id, group: group ?? null, host, database: endpoint.database, schema: schema ?? null },
        endpoint,
        replica: replica === undefined ? null : await this.endpoint(replica),
      };
    } catch (error) {
      if (error instanceof EndpointError) throw new RegistryError(`${place}, tenant ${id}: ${error.message}`);
      throw error;
    }
  }

  /** `url` may be a URL or name one (`env:TENANT_URL`); what it leaves open comes from the config's `connection`. */
  private async endpoint(url: string): Promise<Endpoint> {
    const { user, password, tls } = this.config.connection;
    const secret = password === undefined ? undefined : await this.secrets.resolve(password);
    return endpointOf(/^(env|file):/.test(url) ? await this.secrets.resolve(url) : url, {
      user,
      password: secret,
      tls,
    });
  }
}
