import type { Config } from "../../core/config/config.js";
import type { Events } from "../../ports/events.js";
import type { Ports } from "../../ports/ports.js";
import type { ReportRenderer } from "../../ports/renderer.js";
import type { Signer } from "../../ports/signer.js";
import { interruptible } from "../interruptible.js";
import { systemClock } from "../local/system-clock.js";
import { endpointOf } from "../pg/endpoint.js";
import { schemaDifference } from "../pg-delta/schema-difference.js";
import { awsDatabase } from "./aws-database.js";
import { AwsFleet } from "./aws-fleet.js";
import { iamToken } from "./iam-token.js";
import { S3Approvals } from "./s3-approvals.js";
import { s3Artifacts } from "./s3-artifacts.js";
import { S3Audit, type S3AuditOptions } from "./s3-audit.js";
import { readPack } from "./s3-release.js";
import { s3Rollouts } from "./s3-rollouts.js";
import type { S3Store } from "./s3-store.js";
import type { ManagedSecrets } from "./secrets-manager.js";

export interface AwsPortsOptions {
  readonly run: string;
  /** Key of the packed release. */
  readonly release: string;
  readonly config: Config;
  readonly region: string | undefined;
  readonly store: S3Store;
  readonly secrets: ManagedSecrets;
  /** References; null: what the config says. */
  readonly registry: string | null;
  readonly staging: string | null;
  /** What links are signed with. */
  linkKey(): Promise<Uint8Array>;
  readonly signer: Signer;
  readonly retention: S3AuditOptions["retention"];
  readonly events: Events;
  readonly renderer: ReportRenderer;
  readonly stop: AbortSignal;
  /** When this process ends; what runs in a database then is cancelled. Null: nothing ends it. */
  readonly deadline: number | null;
}

/** The ports of one run on AWS: one bucket, KMS, Secrets Manager, and the databases over `pg` or the RDS Data API. */
export function awsPorts(options: AwsPortsOptions): Ports {
  const { run, release, config, region, store, secrets, events, renderer, signer, stop, deadline } = options;
  const fleet = new AwsFleet({ config, secrets, store, source: options.registry, iamToken: iamToken(region) });
  const staging = options.staging ?? config.staging.url ?? null;
  const database = awsDatabase({
    fleet,
    staging: async () => (staging === null ? null : endpointOf(await secrets.resolve(staging))),
    forgetSecrets: () => secrets.forget(),
  });
  return {
    run,
    artifacts: s3Artifacts(store, `runs/${run}`),
    audit: new S3Audit({ store, run, clock: systemClock, retention: options.retention }),
    approvals: new S3Approvals(store, options.linkKey),
    clock: systemClock,
    database: deadline === null ? database : interruptible(database, stop),
    events,
    registry: fleet,
    releases: { files: async () => (await readPack(store, release)).files },
    renderer,
    rollouts: s3Rollouts(store, systemClock),
    schemaDifference,
    signer,
    stop,
    deadline,
  };
}
