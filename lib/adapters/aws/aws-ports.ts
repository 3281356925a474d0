import { allowedExtensions } from "../../core/config/allowed-extensions.js";
import type { Config } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { StackPolicy } from "../../core/policy/stack-policy.js";
import type { Artifacts } from "../../ports/artifacts.js";
import { DatabaseError } from "../../ports/database.js";
import type { Events } from "../../ports/events.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { ReportRenderer } from "../../ports/renderer.js";
import type { Signer } from "../../ports/signer.js";
import { TamperedError } from "../../ports/tampered.js";
import { interruptible } from "../interruptible.js";
import { systemClock } from "../local/system-clock.js";
import type { Endpoint } from "../pg/connection.js";
import { endpointOf } from "../pg/endpoint.js";
import { schemaDifference } from "../pg-delta/schema-difference.js";
import { stagingAddress } from "../staging-address.js";
import { Accounts } from "./accounts.js";
import { awsDatabase } from "./aws-database.js";
import { AwsFleet } from "./aws-fleet.js";
import type { ClientSettings } from "./clients.js";
import { iamToken } from "./iam-token.js";
import type { Authenticator } from "./kms-mac.js";
import type { ReleasePack } from "./release-pack.js";
import { S3Approvals } from "./s3-approvals.js";
import { s3Artifacts } from "./s3-artifacts.js";
import { S3Audit, type S3AuditOptions } from "./s3-audit.js";
import { readPack } from "./s3-release.js";
import { s3Rollouts } from "./s3-rollouts.js";
import type { S3Store } from "./s3-store.js";
import type { ManagedSecrets } from "./secrets-manager.js";

export interface AwsPortsOptions {
  readonly run: string;
  /** The batch of tenants that is worked on; null for none. */
  readonly batch: string | null;
  /** Key of the packed release. */
  readonly release: string;
  /** Digest of the pack that was accepted. */
  readonly pack: string | undefined;
  /** What the stack demands now; null for the functions that are not told. */
  readonly policy: StackPolicy | null;
  readonly config: Config;
  readonly region: string | undefined;
  readonly client: ClientSettings;
  readonly store: S3Store;
  readonly secrets: ManagedSecrets;
  /** References; null: what the config says. */
  readonly registry: string | null;
  readonly staging: string | null;
  /** Signs links. */
  linkKey(): Promise<Uint8Array>;
  /** Of approvals. */
  readonly authenticator: Authenticator;
  readonly signer: Signer;
  readonly retention: S3AuditOptions["retention"];
  readonly events: Events;
  readonly renderer: ReportRenderer;
  readonly stop: AbortSignal;
  /** When this process ends; whatever is then running in a database is cancelled. Null: nothing ends it. */
  readonly deadline: number | null;
}

/** The ports of one run on AWS: one bucket, KMS, Secrets Manager, and the databases over `pg` or the RDS Data API. */
export function awsPorts(options: AwsPortsOptions): Ports {
  const { run, batch, config, region, store, secrets, events, renderer, signer, stop, deadline } = options;
  const source = options.registry;
  const accounts = new Accounts(region === undefined ? options.client : { ...options.client, region });
  const fleet = new AwsFleet({ config, secrets, store, run, batch, source, iamToken: iamToken(accounts) });
  const artifacts = s3Artifacts(store, `runs/${run}`);
  const database = awsDatabase({
    fleet,
    staging: (tenant) => stagingOf(options, fleet, artifacts, tenant),
    uncontained: config.staging.uncontained !== undefined,
    extensions: allowedExtensions(config),
    accounts,
    forgetSecrets: () => secrets.forget(),
  });
  return {
    run,
    artifacts,
    memory: s3Artifacts(store, "memory"),
    audit: new S3Audit({ store, run, clock: systemClock, retention: options.retention }),
    approvals: new S3Approvals(store, options.linkKey, options.authenticator),
    clock: systemClock,
    database: deadline === null ? database : interruptible(database, stop),
    events,
    lintRules: async () => refuseRules(config.lint.rules),
    registry: fleet,
    policy: options.policy,
    releases: {
      files: async () => (await acceptedPack(options)).files,
      workload: async () => (await acceptedPack(options)).workload ?? null,
    },
    renderer,
    rollouts: s3Rollouts(store, systemClock),
    schemaDifference,
    signer,
    stop,
    deadline,
  };
}

/** The server that holds the copies of a tenant's database: an existing one, or the copy that this run made. */
async function stagingOf(
  { config, secrets, staging }: AwsPortsOptions,
  fleet: AwsFleet,
  artifacts: Artifacts,
  tenant: Tenant,
): Promise<Endpoint | null> {
  if (config.staging.mode === "snapshot") {
    const { way } = await fleet.wayTo(tenant);
    if (way.kind === "data-api")
      throw new DatabaseError("a copy of a cluster is reached over the wire; give the tenant a url", "STAGING");
    return fleet.endpoint(way.url, way, await stagingAddress(artifacts, tenant.host));
  }
  const server = staging ?? config.staging.url ?? null;
  return server === null ? null : endpointOf(await secrets.resolve(server));
}

/** The object under the key may have been replaced since its signature was checked. */
async function acceptedPack({ store, release, pack: accepted }: AwsPortsOptions): Promise<ReleasePack> {
  const { pack, body } = await readPack(store, release);
  if (digest(body) !== accepted)
    throw new TamperedError(`${store.locate(release)} is not the release that was accepted; start a new run`);
  return pack;
}

/** A packed release contains no code, so a team's own rules cannot run here. */
function refuseRules(modules: readonly string[]): readonly [] {
  if (modules.length > 0)
    throw new Error(`${modules.join(", ")} cannot be loaded on AWS: a packed release carries no code`);
  return [];
}
