import { type Clone, type Database, DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { SecretError } from "../../ports/secrets.js";
import { asExecutor } from "../pg/as-executor.js";
import { type CloneServer, EMPTY, makeClone, sweepClones } from "../pg/clone-server.js";
import { type Endpoint, openSession } from "../pg/connection.js";
import { EndpointError } from "../pg/endpoint.js";
import { type Executor, Executors } from "../pg/executor.js";
import { DATA_API_LIMITS, openDataApiSession } from "../rds-data/open-session.js";
import { type Accounts, regionOf } from "./accounts.js";
import type { AwsFleet, AwsTenant, Way } from "./aws-fleet.js";

export interface AwsDatabaseOptions {
  readonly fleet: AwsFleet;
  /** The server that holds the copies of a tenant's database; null if clones are made next to it. */
  staging(tenant: Tenant): Promise<Endpoint | null>;
  /** A login that reaches beyond the clones may execute on them: the config says why. */
  readonly uncontained?: boolean;
  /** Extensions that releases may create on clones, although they are not trusted. */
  readonly extensions?: ReadonlySet<string>;
  /** For the RDS Data API. */
  readonly accounts: Accounts;
  /** Called when a server refused a password, before it is read again. */
  forgetSecrets(): void;
}

/** A refused login and an unusable secret: either may come from an outdated value in memory. */
const REFUSED: ReadonlySet<string> = new Set(["28P01", "28000", "SECRET"]);

function urlOf(way: Extract<Way, { kind: "pg" }>, settings: SessionOptions): string {
  if (settings.subscriber) {
    if (way.subscriber === null) throw new DatabaseError("the registry names no subscriber", "REGISTRY");
    return way.subscriber;
  }
  return settings.replica && way.replica ? way.replica : way.url;
}

/** The database port on AWS. If a password is rotated during a run, it is read again once. */
export function awsDatabase(options: AwsDatabaseOptions): Database {
  const { fleet, extensions } = options;
  const executors = options.uncontained ? null : new Executors();
  const opened = async (
    entry: AwsTenant,
    settings: SessionOptions,
    database?: string,
    executor?: Executor,
  ): Promise<Session> => {
    const attempt = async () => {
      const { way, tenant } = entry;
      const as = tenant.role === undefined ? {} : { role: tenant.role };
      if (way.kind === "data-api") {
        const target = { cluster: way.cluster, secret: way.secret, database: database ?? tenant.database, ...as };
        return openDataApiSession(target, settings, { ...options.accounts.in(way.account), ...regionOf(way.cluster) });
      }
      const url = urlOf(way, settings);
      const endpoint = await fleet.endpoint(url, way);
      const there = { ...endpoint, ...(database === undefined ? {} : { database }) };
      return openSession(asExecutor(there, tenant, executor), settings);
    };
    return withFreshSecret(attempt, options);
  };
  const serverOf = async (tenant: Tenant): Promise<CloneServer> => {
    const staging = await asDatabaseError(() => options.staging(tenant));
    const { database, role = null } = tenant;
    if (staging !== null)
      return {
        database,
        role,
        executors,
        extensions,
        open: (name, settings, executor) =>
          openSession(asExecutor({ ...staging, database: name }, tenant, executor), settings),
      };
    const entry = await fleet.wayTo(tenant);
    // A secret names the single login that the Data API signs in as.
    return {
      database,
      role,
      executors: entry.way.kind === "data-api" ? null : executors,
      extensions,
      open: (name, settings, executor) => opened(entry, settings, name, executor),
    };
  };
  return {
    async limits(tenant) {
      return (await fleet.wayTo(tenant)).way.kind === "data-api" ? DATA_API_LIMITS : null;
    },
    connect: async (tenant, settings) => opened(await fleet.wayTo(tenant), settings),
    async clone(tenant, name): Promise<Clone> {
      return makeClone(await serverOf(tenant), name, tenant.database);
    },
    scratch: async (tenant, name) => makeClone(await serverOf(tenant), name, EMPTY),
    sweep: async (tenant, prefix) => sweepClones(await serverOf(tenant), prefix),
  };
}

async function withFreshSecret(open: () => Promise<Session>, { forgetSecrets }: AwsDatabaseOptions): Promise<Session> {
  try {
    return await asDatabaseError(open);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !REFUSED.has(error.code)) throw error;
    forgetSecrets();
    return asDatabaseError(open);
  }
}

/** A secret that cannot be used means a tenant that cannot be reached: a separate finding, not the end of the run. */
async function asDatabaseError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SecretError) throw new DatabaseError(error.message, "SECRET");
    if (error instanceof EndpointError) throw new DatabaseError(error.message, "ENDPOINT");
    throw error;
  }
}
