import { join, resolve } from "node:path";
import { allowedExtensions } from "../../core/config/allowed-extensions.js";
import type { Config } from "../../core/config/config.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Events } from "../../ports/events.js";
import type { Ports } from "../../ports/ports.js";
import type { ReportRenderer } from "../../ports/renderer.js";
import type { Secrets } from "../../ports/secrets.js";
import { type Endpoints, pgDatabase } from "../pg/database.js";
import { schemaDifference } from "../pg-delta/schema-difference.js";
import { stagingServer } from "../registry/pinned.js";
import { stagingAddress } from "../staging-address.js";
import { heardTrail, type Listener } from "../webhooks/heard-trail.js";
import { openAuditFile } from "./audit-file.js";
import { loadCustomRules } from "./custom-rules.js";
import { Fleet } from "./fleet.js";
import { localMigrator } from "./local-migrator.js";
import { approvalsOf, artifactsOfRun, enterRun, memoryOf, recordOfRun, runBefore } from "./open-run.js";
import { programSeal } from "./program-seal.js";
import { releaseSourceFolder } from "./release-source-folder.js";
import { rolloutsFolder } from "./rollouts-folder.js";
import { localSecrets } from "./secrets.js";
import { loadSigningKey } from "./signing-key.js";
import { systemClock } from "./system-clock.js";
import { workloadReader } from "./workload-sources.js";
import type { Workspace } from "./workspace.js";

export interface LocalPortsOptions {
  readonly run: string;
  readonly workspace: Workspace;
  readonly config: Config;
  /** What paths in the config are relative to. */
  readonly configDirectory: string;
  /** The folder or file with the release; absent: the config's migrations. */
  readonly release?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly events: Events;
  readonly renderer: ReportRenderer;
  readonly stop: AbortSignal;
  /** Gets the run's trail while it grows. */
  readonly hear?: Listener;
}

/** The ports of one run on this machine: folders, files and the `pg` driver. */
export async function localPorts(options: LocalPortsOptions): Promise<Ports> {
  const { run, workspace, config, configDirectory, environment, events, renderer, stop } = options;
  const directory = workspace.runFolder(run);
  const secrets = localSecrets(environment, configDirectory);
  const fleet = new Fleet(config, secrets, configDirectory);
  const record = recordOfRun(workspace, run);
  const artifacts = artifactsOfRun(workspace, run, record);
  const { access } = workspace;
  enterRun(workspace, run);
  const migrations = resolve(configDirectory, options.release ?? config.migrations);
  const seal = () =>
    programSeal({
      argv: config.migrator?.command ?? [],
      files: config.migrator?.files ?? [],
      directory: configDirectory,
      migrations,
      path: environment.PATH ?? "",
    });
  return {
    run,
    artifacts,
    memory: memoryOf(workspace),
    audit: await heardTrail(await openAuditFile({ directory, run, clock: systemClock, access, record }), options.hear),
    approvals: await approvalsOf(workspace),
    clock: systemClock,
    database: pgDatabase({
      tenant: (tenant) => fleet.wayTo(tenant),
      uncontained: config.staging.uncontained !== undefined,
      extensions: allowedExtensions(config),
      staging: await stagingOf(config, secrets, artifacts),
    }),
    events,
    lintRules: () => loadCustomRules(config.lint.rules, configDirectory),
    migrator: localMigrator({ secrets, directory: configDirectory, environment, seal }),
    registry: fleet,
    renderer,
    releases: releaseSourceFolder({
      directory: migrations,
      application: config.application?.map((folder) => resolve(configDirectory, folder)) ?? null,
      program: config.migrator ? seal : null,
      workload: workloadReader(config, configDirectory),
    }),
    rollouts: rolloutsFolder(join(workspace.locks, "rollouts"), access),
    schemaDifference,
    signer: await loadSigningKey(workspace.keys, access),
    before: runBefore(workspace, run),
    stop,
    deadline: null,
  };
}

async function stagingOf(config: Config, secrets: Secrets, artifacts: Artifacts): Promise<Endpoints["staging"]> {
  if (config.staging.mode === "snapshot")
    return async (tenant, own) => ({ ...own, ...(await stagingAddress(artifacts, tenant.host)) });
  const server = await stagingServer(config, secrets);
  return server === null ? null : async () => server;
}
