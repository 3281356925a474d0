import { z } from "zod";
import { type PackProblem, type ReleasePack, ReleasePackError } from "../../lib/adapters/aws/release-pack.js";
import { s3Artifacts } from "../../lib/adapters/aws/s3-artifacts.js";
import { readPack } from "../../lib/adapters/aws/s3-release.js";
import { configSchema } from "../../lib/core/config/config.js";
import { storedConfig } from "../../lib/core/config/stored-config.js";
import type { Finding } from "../../lib/core/finding.js";
import { digest } from "../../lib/core/json.js";
import { holdToPolicy } from "../../lib/core/policy/hold-to-policy.js";
import { ORDER } from "../../lib/core/policy/order.js";
import type { StackPolicy } from "../../lib/core/policy/stack-policy.js";
import type { Artifacts } from "../../lib/ports/artifacts.js";
import { TamperedError } from "../../lib/ports/tampered.js";
import { rollbackOf } from "../../lib/steps/approval/rollback-question.js";
import type { AcceptedInput } from "../../lib/steps/run/accepted-input.js";
import { artifact, type RunRequest } from "../../lib/steps/run/records.js";
import { runId } from "../runtime.js";
import type { Services } from "./services.js";
import { requesterOf, signedBy } from "./signed-by.js";

/** Another execution already works on the run: an event that was delivered twice, or a name that was used twice. */
export class DuplicateRun extends Error {
  override readonly name = "DuplicateRun";
}

/** The execution was given an order instead of a release: the state machine continues with that. */
class OrderGiven extends Error {
  override readonly name = "OrderGiven";
}

/** The pack wants something that the stack does not allow, and cannot do without it. */
class PolicyRefused extends Error {
  override readonly name = "PolicyRefused";
}

const eventSchema = z.object({ run: runId, release: z.string(), execution: z.string() });

/** The findings from the pack's signature and the stack's policy; part of what is approved. */
const FINDINGS = artifact.findings("load-policy");

/**
 * Makes the run's request from the packed release, before its first step: signed by somebody whom the stack knows, and checked against the
 * stack's policy. A redriven execution makes the same one again. Returns the request, since the object in the bucket may be another by now.
 * Throws `DuplicateRun`; also `ReleasePackError` or `PolicyRefused`, after storing a request that lets the report say what happened.
 */
export async function acceptRun(services: Services, event: unknown, now: number): Promise<RunRequest> {
  const { run, release, execution } = eventSchema.parse(event);
  if (release === ORDER) throw new OrderGiven(`an order about the run ${run}`);
  if (rollbackOf(run) !== null) throw new Error(`the run ${run} has a name that a rollback's question has`);
  const artifacts = s3Artifacts(services.store, `runs/${run}`);
  if (!(await artifacts.create(artifact.input, { release, execution } satisfies AcceptedInput))) {
    const known = await artifacts.get<AcceptedInput>(artifact.input);
    if (known?.execution !== execution) throw new DuplicateRun(`another execution works on the run ${run}`);
  }
  const known = await artifacts.get<RunRequest>(artifact.request);
  const base = { run, engine: "aws", startedAt: new Date(now).toISOString() } as const;
  try {
    const request = { ...base, ...(await requestOf(services, artifacts, release)) };
    if (known !== null && known.config.migrations !== UNREADABLE.config.migrations) return sameAs(known, request);
    await artifacts.put(artifact.request, request);
    return request;
  } catch (error) {
    if (error instanceof ReleasePackError || error instanceof PolicyRefused)
      await artifacts.put(artifact.request, { ...base, ...UNREADABLE });
    if (error instanceof ReleasePackError)
      await artifacts.put(FINDINGS, [refusedPack(release, error.code, error.message)]);
    throw error;
  }
}

/** An object in the bucket is trusted only if the pack says the same: somebody else may have put it there. */
function sameAs(known: RunRequest, { startedAt: _, ...request }: RunRequest): RunRequest {
  const { startedAt: __, ...before } = { ...known, config: storedConfig(known.config) };
  if (digest(before) === digest(request)) return known;
  throw new TamperedError(
    `the request of the run ${known.run} is not what its release and the stack's policy make of it now; start a new run`,
  );
}

type Requested = Omit<RunRequest, "run" | "engine" | "startedAt">;

async function requestOf(services: Services, artifacts: Artifacts, release: string): Promise<Requested> {
  const policy = services.policy();
  if (policy === null) throw new Error("SCHEMA_GATE_POLICY is not set, so no release can be accepted");
  const { pack, body, signatures } = await readPack(services.store, release);
  const signer = await signedBy(services, policy, release, { body, signatures });
  const { mode, toolVersion, fresh = false } = pack;
  return {
    command: mode,
    mode,
    ...requesterOf(signer, pack, release),
    toolVersion,
    config: await heldTo(services, artifacts, policy, pack),
    policy,
    pack: digest(body),
    fresh,
  };
}

async function heldTo(
  { environment }: Services,
  artifacts: Artifacts,
  policy: StackPolicy,
  { config }: ReleasePack,
): Promise<RunRequest["config"]> {
  const sources = {
    registry: environment.SCHEMA_GATE_REGISTRY !== undefined,
    staging: environment.SCHEMA_GATE_STAGING !== undefined,
  };
  const held = holdToPolicy(config, policy, sources);
  await artifacts.put(FINDINGS, held.findings);
  const refused = held.findings.filter(({ severity }) => severity === "error");
  if (refused.length > 0) throw new PolicyRefused(refused.map(({ message }) => message).join(" "));
  return held.config;
}

function refusedPack(release: string, code: PackProblem, message: string): Finding {
  return {
    code,
    gate: "load",
    severity: "error",
    subject: { kind: "release", name: release },
    message: `${message}.`,
    remedy: {
      text: "Pack and sign the release with a key that the stack's policy names.",
      command: "schema-gate run --aws",
    },
  };
}

/** Replaces the request of a release that was not accepted, until a redrive overwrites it. */
const UNREADABLE = {
  command: "run",
  mode: "run",
  requester: "unknown",
  toolVersion: "unknown",
  config: configSchema.parse({
    migrations: "(the release could not be read)",
    registry: { file: "(unknown)" },
    staging: { mode: "same host" },
  }),
} as const satisfies Partial<RunRequest>;
