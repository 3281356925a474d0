import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../../core/config/config.js";
import { isSecretReference } from "../../core/config/secret-reference.js";
import { type Registry, RegistryError, type Tenant } from "../../ports/registry.js";
import type { Secrets } from "../../ports/secrets.js";
import type { Endpoint } from "../pg/connection.js";
import { EndpointError, endpointOf } from "../pg/endpoint.js";
import { refuseUnpinned, withEnvironmentPassword } from "../registry/pinned.js";
import { rowsOfQuery } from "../registry/query-rows.js";
import { refuseOtherPlace } from "../registry/same-place.js";
import { byTenant, rowsOfText, type TenantRow, tenantRow } from "../registry/tenant-row.js";

/** A tenant with the way to its database. Holds secrets: stays in memory. */
export interface FleetEntry {
  readonly tenant: Tenant;
  readonly endpoint: Endpoint;
  readonly replica: Endpoint | null;
  readonly subscriber: Endpoint | null;
}

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
    // Read again each time, so that a tenant that joined during a run is seen.
    this.loaded = this.load();
    return [...(await this.loaded).values()].map((entry) => entry.tenant);
  }

  async entry(id: string): Promise<FleetEntry> {
    const entry = (await this.entries()).get(id);
    if (!entry) throw new RegistryError(`the registry no longer lists tenant ${id}`);
    return entry;
  }

  /** The address of a tenant when the run began. Throws `RegistryError` if the registry by now points elsewhere. */
  async wayTo(tenant: Tenant): Promise<FleetEntry> {
    const entry = await this.entry(tenant.id);
    refuseOtherPlace(tenant, entry.tenant);
    return entry;
  }

  private entries(): Promise<ReadonlyMap<string, FleetEntry>> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  private async load(): Promise<ReadonlyMap<string, FleetEntry>> {
    const { file, query } = this.config.registry;
    const origin = file ? `the registry ${file}` : "the registry query";
    const rows = file ? await this.rowsOfFile(file) : await this.rowsOfQuery(query?.url ?? "", query?.sql ?? "");
    const entries: FleetEntry[] = [];
    for (const [index, row] of rows.entries()) {
      const place = `${origin}, entry ${index + 1}`;
      entries.push(await this.entryOf(tenantRow(row, place), place));
    }
    return byTenant(entries, origin);
  }

  private async rowsOfQuery(url: string, sql: string): Promise<readonly unknown[]> {
    const { hosts } = this.config.connection;
    return rowsOfQuery(
      await withEnvironmentPassword(endpointOf(await this.secrets.resolve(url)), hosts, this.secrets),
      sql,
    );
  }

  private async rowsOfFile(file: string): Promise<readonly unknown[]> {
    let content: string;
    try {
      content = await readFile(resolve(this.directory, file), "utf8");
    } catch (error) {
      throw new RegistryError(`the registry ${file} could not be read: ${(error as NodeJS.ErrnoException).code}`);
    }
    return rowsOfText(content, file, `the registry ${file}`);
  }

  private async entryOf(row: TenantRow, place: string): Promise<FleetEntry> {
    const { id, group, url, schema, replica, subscriber } = row;
    const role = row.role ?? this.config.connection.role;
    if (url === undefined || row.secret !== undefined)
      throw new RegistryError(`${place}, tenant ${id}: the columns resource and secret need AWS; give a url`);
    try {
      const endpoint = await this.endpoint(url);
      const host = `${endpoint.host}:${endpoint.port}`;
      return {
        tenant: {
          id,
          group: group ?? null,
          host,
          database: endpoint.database,
          schema: schema ?? null,
          ...(role === undefined ? {} : { role }),
          ...(subscriber === undefined ? {} : { subscriber: true }),
        },
        endpoint,
        replica: replica === undefined ? null : await this.endpoint(replica),
        subscriber: subscriber === undefined ? null : await this.endpoint(subscriber),
      };
    } catch (error) {
      if (error instanceof EndpointError) throw new RegistryError(`${place}, tenant ${id}: ${error.message}`);
      throw error;
    }
  }

  /** `url` may be a URL or name one (`env:TENANT_URL`); what it leaves open comes from the config's `connection`. */
  private async endpoint(url: string): Promise<Endpoint> {
    const { user, password, tls, hosts } = this.config.connection;
    const endpoint = endpointOf(isSecretReference(url) ? await this.secrets.resolve(url) : url, { user, tls });
    if (password === undefined) return withEnvironmentPassword(endpoint, hosts, this.secrets);
    if (endpoint.password !== undefined) return endpoint;
    refuseUnpinned(hosts, endpoint);
    return { ...endpoint, password: await this.secrets.resolve(password) };
  }
}
