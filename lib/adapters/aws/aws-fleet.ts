import type { Config } from "../../core/config/config.js";
import { isSecretReference } from "../../core/config/secret-reference.js";
import type { SnapshotAddress } from "../../core/staging/snapshot.js";
import { type Registry, RegistryError, type Tenant } from "../../ports/registry.js";
import { SecretError } from "../../ports/secrets.js";
import type { Endpoint } from "../pg/connection.js";
import { EndpointError, endpointOf } from "../pg/endpoint.js";
import { refuseUnpinned } from "../registry/pinned.js";
import { rowsOfQuery } from "../registry/query-rows.js";
import { refuseOtherPlace } from "../registry/same-place.js";
import { byTenant, rowsOfText, type TenantRow, tenantRow } from "../registry/tenant-row.js";
import { isRoleArn } from "./accounts.js";
import { clusterOf } from "./cluster-arn.js";
import type { S3Store } from "./s3-store.js";
import { fieldOf } from "./secrets-manager.js";

/** How a tenant is reached: over the wire with `pg`, or through the RDS Data API. */
export type Way =
  | {
      readonly kind: "pg";
      readonly url: string;
      readonly replica: string | null;
      readonly subscriber: string | null;
      readonly secret: string | null;
      readonly account: string | null;
    }
  | {
      readonly kind: "data-api";
      readonly cluster: string;
      readonly secret: string;
      readonly account: string | null;
    };

/** How a password is found: in which secret, and by which role of another account. */
export type Login = Pick<Extract<Way, { kind: "pg" }>, "secret" | "account">;

export interface AwsTenant {
  readonly tenant: Tenant;
  readonly way: Way;
}

export interface AwsFleetOptions {
  readonly config: Config;
  /** `account`: role of the account that a tenant's secret is in. */
  readonly secrets: { resolve(reference: string, account?: string | null): Promise<string> };
  readonly store: S3Store;
  readonly run: string;
  /** The batch that this process works on; null: it works on none. */
  readonly batch: string | null;
  /** `s3:KEY` or `secret:NAME`; null: the registry of the config, whose `file` lies below `registry/` in the bucket. */
  readonly source: string | null;
  /** A token instead of a password (RDS IAM authentication). */
  iamToken(endpoint: Endpoint, account: string | null): Promise<string>;
}

/** The registry on AWS. Listing tenants reads no tenant's password; passwords are read when a connection is opened. */
export class AwsFleet implements Registry {
  private loaded: Promise<ReadonlyMap<string, AwsTenant>> | null = null;
  private part: Promise<ReadonlyMap<string, AwsTenant>> | null = null;

  constructor(private readonly options: AwsFleetOptions) {}

  async tenants(): Promise<readonly Tenant[]> {
    // Read again each time, so that a tenant that joined during a run is seen.
    this.loaded = this.load();
    return [...(await this.loaded).values()].map((entry) => entry.tenant);
  }

  async entry(id: string): Promise<AwsTenant> {
    this.loaded ??= this.load();
    const entry = (await this.loaded).get(id);
    if (!entry) throw new RegistryError(`the registry no longer lists tenant ${id}`);
    return entry;
  }

  /**
   * The entries of a batch's tenants, below a prefix that none but the functions with the registry at hand may write. One whose address
   * holds a password is left out: secrets are kept nowhere but where they are.
   */
  async keepWays(batch: string, tenants: readonly Tenant[]): Promise<void> {
    const entries = await Promise.all(tenants.map(({ id }) => this.entry(id)));
    await this.options.store.put(this.waysOf(batch), JSON.stringify(entries.filter(({ way }) => !holdsSecret(way))));
  }

  /** The way to a tenant that a run began with. Throws `RegistryError` when the registry leads elsewhere by now. */
  async wayTo(tenant: Tenant): Promise<AwsTenant> {
    const entry = (await this.kept()).get(tenant.id) ?? (await this.entry(tenant.id));
    refuseOtherPlace(tenant, entry.tenant);
    return entry;
  }

  /** With the current password or token; `at`: on another server than the URL's. Throws `SecretError`, `EndpointError`. */
  async endpoint(url: string, { secret, account }: Login, at: SnapshotAddress | null = null): Promise<Endpoint> {
    const { config, secrets } = this.options;
    const { user, password, tls, iam, hosts } = config.connection;
    if (iam) {
      // A token is for one server.
      const endpoint = { ...endpointOf(await this.resolved(url), { user, tls: true }), ...at };
      return { ...endpoint, tls: true, password: await this.options.iamToken(endpoint, account) };
    }
    if (secret !== null) {
      const text = await secrets.resolve(`secret:${secret}`, account);
      const own = endpointOf(await this.resolved(url), { user, tls });
      return {
        ...own,
        ...at,
        user: optionalField(text, secret, "username") ?? own.user,
        password: fieldOf(text, secret, "password"),
      };
    }
    const own = endpointOf(await this.resolved(url), { user, tls });
    if (password === undefined || own.password !== undefined) return { ...own, ...at };
    refuseUnpinned(hosts, own);
    return { ...own, ...at, password: await secrets.resolve(password) };
  }

  /** What was kept for the batch, by id: its part of the registry, which is parsed whole once for all of them. */
  private kept(): Promise<ReadonlyMap<string, AwsTenant>> {
    const read = async () => {
      const { batch, store } = this.options;
      const text = batch === null ? null : await store.text(this.waysOf(batch));
      const entries = JSON.parse(text ?? "[]") as readonly AwsTenant[];
      return new Map(entries.map((entry) => [entry.tenant.id, entry]));
    };
    this.part ??= read();
    return this.part;
  }

  private waysOf(batch: string): string {
    return `ways/${this.options.run}/${batch}.json`;
  }

  private async load(): Promise<ReadonlyMap<string, AwsTenant>> {
    const { origin, rows } = await this.rows();
    const entries: AwsTenant[] = [];
    for (const [index, row] of rows.entries()) {
      const place = `${origin}, entry ${index + 1}`;
      entries.push(await this.entryOf(tenantRow(row, place), place));
    }
    return byTenant(entries, origin);
  }

  private async rows(): Promise<{ origin: string; rows: readonly unknown[] }> {
    const { config, secrets, source } = this.options;
    const { file, query } = config.registry;
    if (source?.startsWith("secret:")) {
      const text = await secrets.resolve(source);
      // A text of lines with commas is CSV; JSON and YAML start differently.
      const name = /^\s*(\[|\{|-|tenants:)/.test(text) ? "secret" : "secret.csv";
      return { origin: "the registry secret", rows: rowsOfText(text, name, "the registry secret") };
    }
    if (source === null && query) {
      return {
        origin: "the registry query",
        rows: await rowsOfQuery(endpointOf(await secrets.resolve(query.url)), query.sql),
      };
    }
    const key = source?.slice("s3:".length) ?? `registry/${file}`;
    const origin = `the registry ${this.options.store.locate(key)}`;
    const text = await this.options.store.text(key);
    if (text === null) throw new RegistryError(`${origin} is not there`);
    return { origin, rows: rowsOfText(text, key, origin) };
  }

  private async entryOf(row: TenantRow, place: string): Promise<AwsTenant> {
    const { id, group, schema, resource, database, secret, url, replica, subscriber, account = null } = row;
    if (account !== null && !isRoleArn(account))
      throw new RegistryError(`${place}, tenant ${id}: account is not the ARN of a role`);
    const role = row.role ?? this.options.config.connection.role;
    const common = {
      id,
      group: group ?? null,
      schema: schema ?? null,
      ...(role === undefined ? {} : { role }),
      ...(subscriber === undefined ? {} : { subscriber: true as const }),
    };
    if (resource !== undefined) {
      if (subscriber !== undefined)
        throw new RegistryError(`${place}, tenant ${id}: a subscriber is reached by a url, not behind a resource`);
      const cluster = clusterOf(resource);
      if (cluster === null || secret === undefined || database === undefined)
        throw new RegistryError(`${place}, tenant ${id}: resource needs a cluster's ARN, a database and a secret`);
      return {
        tenant: { ...common, host: cluster, database },
        way: { kind: "data-api", cluster: resource, secret, account },
      };
    }
    try {
      const address = endpointOf(await this.resolved(url ?? ""));
      return {
        tenant: { ...common, host: `${address.host}:${address.port}`, database: address.database },
        way: {
          kind: "pg",
          url: url ?? "",
          replica: replica ?? null,
          subscriber: subscriber ?? null,
          secret: secret ?? null,
          account,
        },
      };
    } catch (error) {
      if (error instanceof EndpointError || error instanceof SecretError)
        throw new RegistryError(`${place}, tenant ${id}: ${error.message}`);
      throw error;
    }
  }

  private resolved(url: string): Promise<string> {
    return isSecretReference(url) ? this.options.secrets.resolve(url) : Promise.resolve(url);
  }
}

/** Whether an address in the registry holds more than where to connect to, and as whom. */
function holdsSecret(way: Way): boolean {
  if (way.kind === "data-api") return false;
  return [way.url, way.replica, way.subscriber].some((url) => {
    if (url === null || isSecretReference(url)) return false;
    const parsed = URL.canParse(url) ? new URL(url) : null;
    return (
      parsed === null || parsed.password !== "" || [...parsed.searchParams.keys()].some((key) => key !== "sslmode")
    );
  });
}

function optionalField(text: string, id: string, field: string): string | null {
  try {
    return fieldOf(text, id, field);
  } catch {
    return null;
  }
}
