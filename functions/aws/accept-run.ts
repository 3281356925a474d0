import { z } from "zod";
import { ReleasePackError } from "../../lib/adapters/aws/release-pack.js";
import { s3Artifacts } from "../../lib/adapters/aws/s3-artifacts.js";
import { readPack } from "../../lib/adapters/aws/s3-release.js";
import type { S3Store } from "../../lib/adapters/aws/s3-store.js";
import { configSchema } from "../../lib/core/config/config.js";
import { artifact, type RunRequest } from "../../lib/steps/run/records.js";
import { runId } from "../runtime.js";

/** Which packed release a run is of, beside its request. */
export const INPUT = "input.json";

export interface AcceptedInput {
  readonly release: string;
  /** ARN of the execution that works on the run. */
  readonly execution: string;
}

/** Another execution works on the run already: an event that was delivered twice, or a name that was used twice. */
export class DuplicateRun extends Error {
  override readonly name = "DuplicateRun";
}

const eventSchema = z.object({ run: runId, release: z.string(), execution: z.string() });

/**
 * Makes the run's request from the packed release, before its first step. A redriven execution finds it made. Throws
 * `DuplicateRun`, and `ReleasePackError` after it left a request that lets the report say what happened.
 */
export async function acceptRun(store: S3Store, event: unknown, now: number): Promise<void> {
  const { run, release, execution } = eventSchema.parse(event);
  const artifacts = s3Artifacts(store, `runs/${run}`);
  if (!(await artifacts.create(INPUT, { release, execution } satisfies AcceptedInput))) {
    const known = await artifacts.get<AcceptedInput>(INPUT);
    if (known?.execution !== execution) throw new DuplicateRun(`another execution works on the run ${run}`);
  }
  const known = await artifacts.get<RunRequest>(artifact.request);
  if (known !== null && known.config.migrations !== UNREADABLE.config.migrations) return;
  const base = { run, engine: "aws", startedAt: new Date(now).toISOString() } as const;
  try {
    const { requester, startedBy, mode, toolVersion, config, fresh = false } = await readPack(store, release);
    await artifacts.put(artifact.request, {
      ...base,
      command: mode,
      mode,
      requester,
      startedBy,
      toolVersion,
      config,
      fresh,
    });
  } catch (error) {
    if (error instanceof ReleasePackError) await artifacts.put(artifact.request, { ...base, ...UNREADABLE });
    throw error;
  }
}

/** Stands in for the request of a release that could not be read; a redrive replaces it. */
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
