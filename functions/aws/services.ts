import { type AwsPortsOptions, awsPorts } from "../../lib/adapters/aws/aws-ports.js";
import { type ClientSettings, clientSettings, type Traced } from "../../lib/adapters/aws/clients.js";
import { type Authenticator, kmsMac, NO_AUTHENTICATOR } from "../../lib/adapters/aws/kms-mac.js";
import { kmsSigner } from "../../lib/adapters/aws/kms-signer.js";
import { linkKeyOf } from "../../lib/adapters/aws/link-key.js";
import { s3Artifacts } from "../../lib/adapters/aws/s3-artifacts.js";
import { S3Audit } from "../../lib/adapters/aws/s3-audit.js";
import { openStore, type S3Store } from "../../lib/adapters/aws/s3-store.js";
import { ManagedSecrets } from "../../lib/adapters/aws/secrets-manager.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import type { StackPolicy } from "../../lib/core/policy/stack-policy.js";
import type { Artifacts } from "../../lib/ports/artifacts.js";
import type { Ports } from "../../lib/ports/ports.js";
import type { Signer } from "../../lib/ports/signer.js";
import { reportFiles } from "../../lib/review/report-files.js";
import type { AcceptedInput } from "../../lib/steps/run/accepted-input.js";
import { artifact, type RunRequest } from "../../lib/steps/run/records.js";
import { storedRequest } from "../../lib/steps/run/stored-request.js";
import { type Environment, readEnvironment, readPolicy } from "../environment.js";
import { logger } from "./logger.js";
import { verifiedOrder } from "./signed-by.js";
import type { TimeLimit } from "./time-limit.js";

type Variables = Readonly<Record<string, string | undefined>>;

/** What one process keeps between invocations: settings and clients, nothing of a run. */
export interface Services {
  readonly environment: Environment;
  /** Settings of the SDK's clients. */
  readonly client: ClientSettings;
  readonly store: S3Store;
  readonly secrets: ManagedSecrets;
  /** Signs links. */
  linkKey(): Promise<Uint8Array>;
  /** What the stack demands now; null for the functions that are not told. */
  policy(): StackPolicy | null;
  /** Makes and checks the MACs that approvals carry. */
  readonly authenticator: Authenticator;
}

/** Throws an `Error` that names what the environment lacks. */
export function servicesOf(variables: Variables, traced?: Traced): Services {
  const environment = readEnvironment(variables);
  const client = { ...clientSettings(variables), ...(traced && { traced }) };
  const secrets = new ManagedSecrets(variables, client, systemClock.now);
  const name = environment.SCHEMA_GATE_LINK_KEY_SECRET;
  const approvalKey = environment.SCHEMA_GATE_APPROVAL_KEY;
  return {
    environment,
    client,
    secrets,
    store: openStore(environment.SCHEMA_GATE_BUCKET, client),
    policy: () => readPolicy(variables.SCHEMA_GATE_POLICY),
    linkKey: () => linkKeyOf(secrets, name),
    authenticator: approvalKey === undefined ? NO_AUTHENTICATOR : kmsMac(approvalKey, client),
  };
}

/** For work that is over in a moment. */
export const UNLIMITED: TimeLimit = { stop: new AbortController().signal, deadline: null };

/** The run now belongs to another execution, which was given an order about it: an earlier one that is redriven may not continue. */
class RunTaken extends Error {
  override readonly name = "RunTaken";
}

export interface Caller {
  /** The run's request, just made. */
  readonly accepted?: RunRequest | undefined;
  /** ARN of the calling execution; absent: not a step. */
  readonly worker?: string | undefined;
  /** The batch of tenants that it works on; absent: none. */
  readonly batch?: string | undefined;
}

/** The ports of a run that was accepted. Throws for a run that the bucket does not know, and `RunTaken`. */
export async function portsOf(
  services: Services,
  run: string,
  limit: TimeLimit,
  { accepted, worker, batch }: Caller = {},
): Promise<Ports> {
  const { environment, store, secrets } = services;
  const artifacts = s3Artifacts(store, `runs/${run}`);
  const [stored, input] = await Promise.all([storedRequest(artifacts), artifacts.get<AcceptedInput>(artifact.input)]);
  const request = accepted ?? stored;
  if (request === null || input === null)
    throw new Error(
      `the bucket has no request of the run ${run}: it was never loaded, or somebody removed ${store.locate(`runs/${run}/`)}`,
    );
  if (worker !== undefined && worker !== input.execution)
    throw new RunTaken(`the run ${run} is worked on by ${input.execution} now; go on from there`);
  const ports = awsPorts({
    run,
    batch: batch ?? null,
    release: input.release,
    pack: request.pack,
    policy: services.policy(),
    config: request.config,
    region: environment.AWS_REGION,
    client: services.client,
    store,
    secrets,
    registry: environment.SCHEMA_GATE_REGISTRY ?? null,
    staging: environment.SCHEMA_GATE_STAGING ?? null,
    linkKey: services.linkKey,
    authenticator: services.authenticator,
    signer: await signerOf(services),
    retention: retentionOf(environment),
    events: {
      emit: (event) => {
        // Progress bars are for terminals; queries ask for the results of a tenant or a phase.
        if (event.type === "tenant" || event.type === "result") logger.info(event.type, { run, ...event });
      },
    },
    renderer: reportFiles,
    ...limit,
  });
  const whole: Ports = { ...ports, orders: { verified: (given) => verifiedOrder(services, run, given) } };
  return accepted === undefined ? whole : { ...whole, artifacts: pinned(ports.artifacts, accepted) };
}

/** Between making the request and the step, nobody else's request is read. */
function pinned(artifacts: Artifacts, request: RunRequest): Artifacts {
  const get = async <T>(key: string) => (key === artifact.request ? (request as T) : artifacts.get<T>(key));
  return { ...artifacts, get };
}

/** The trail of a run, without its other ports. */
export function auditOf({ store, environment }: Services, run: string): S3Audit {
  return new S3Audit({ store, run, clock: systemClock, retention: retentionOf(environment) });
}

export async function signerOf({ environment, client }: Services): Promise<Signer> {
  const key = environment.SCHEMA_GATE_SIGNING_KEY;
  return key === undefined ? NO_SIGNER : kmsSigner(key, client);
}

/** For the functions that may not sign. */
const NO_SIGNER: Signer = {
  algorithm: "ecdsa-p256-sha256",
  publicKey: "",
  sign: () => Promise.reject(new Error("SCHEMA_GATE_SIGNING_KEY is not set, so this function cannot seal a run")),
};

function retentionOf(environment: Environment): AwsPortsOptions["retention"] {
  const days = environment.SCHEMA_GATE_AUDIT_RETENTION_DAYS;
  return days === undefined ? null : { mode: environment.SCHEMA_GATE_AUDIT_LOCK_MODE, days };
}
