import { resolve } from "node:path";
import { packRelease } from "../../adapters/aws/release-pack.js";
import type { S3Store } from "../../adapters/aws/s3-store.js";
import { readReleaseFolder } from "../../adapters/local/release-folder.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { readConfig } from "../../api/read-config.js";
import { UsageError } from "../../api/usage-error.js";
import { authorsOfPipeline } from "../../core/release/change.js";
import { readRelease } from "../../core/release/read-release.js";
import { runName } from "../../core/run-name.js";
import type { Io } from "../io.js";
import { configWorkload } from "../run/config-workload.js";
import { packageVersion } from "../version.js";
import { packSigner } from "./pack-signer.js";

/** Input of an execution. */
interface UploadedRelease {
  readonly run: string;
  readonly release: string;
}

/** Packs the release of a config and puts it into the bucket as `inputs/KEY`, with a key derived from its content. */
export async function uploadRelease(
  store: S3Store,
  io: Pick<Io, "cwd" | "env" | "login" | "stderr">,
  options: { readonly config: string; readonly mode: "run" | "check"; readonly fresh: boolean },
): Promise<UploadedRelease> {
  const { config, directory } = readConfig(io.cwd, options.config);
  if (config.webhooks.length > 0)
    io.stderr.write("Webhooks get the events of local runs only; on AWS the trail of this run is in the bucket.\n");
  const folder = resolve(directory, config.migrations);
  const files = await readReleaseFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the migrations ${config.migrations} could not be read: ${error.code ?? error.message}`);
  });
  const { name } = await readRelease(files);
  const { mode, fresh } = options;
  const authors = [...authorsOfPipeline(io.env)];
  const asked = { authors, startedBy: io.login, mode, toolVersion: packageVersion(), ...(fresh ? { fresh } : {}) };
  const workload = await configWorkload(config, directory);
  const pack = { ...asked, config, files, ...(workload ? { workload } : {}) };
  const { bytes, digest } = await packRelease(pack, await packSigner(io));
  const readable = name.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  const release = `inputs/${readable}-${digest.slice(0, 12)}.json.gz`;
  await store.create(release, bytes);
  return { run: runName(release, systemClock.now()), release };
}
