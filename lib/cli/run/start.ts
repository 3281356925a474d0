import { dirname, resolve } from "node:path";
import { changeOf } from "../../adapters/local/change-of.js";
import { Fleet } from "../../adapters/local/fleet.js";
import { placeInRepository } from "../../adapters/local/git.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { workspaceIn } from "../../adapters/local/workspace.js";
import { readConfig } from "../../api/read-config.js";
import { UsageError } from "../../api/usage-error.js";
import { requestProblem } from "../../core/approval/request.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import { isEverybody, type Selection, SelectionError } from "../../core/rollout/selection.js";
import { WavePolicyError } from "../../core/rollout/waves.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError } from "../../ports/registry.js";
import { SecretError } from "../../ports/secrets.js";
import { rolloutOutlook } from "../../steps/rollout/outlook.js";
import { refusePolicy } from "../../steps/rollout/refuse-policy.js";
import { scopeOf } from "../../steps/rollout/scope.js";
import type { BackfillRequest } from "../../steps/run/backfill-progress.js";
import { artifact, type RunRequest } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { packageVersion } from "../version.js";
import { announce } from "./announce.js";
import { channelsOf } from "./channels.js";
import { configWorkload } from "./config-workload.js";
import { execute } from "./execute.js";
import { findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { failedOf } from "./only-failed.js";
import { printOutlook } from "./print-outlook.js";
import { newRunId } from "./run-id.js";
import { approverFor } from "./waiting.js";
import { refuseWithoutSecrets } from "./webhooks.js";

export interface StartOptions {
  readonly config: string;
  readonly mode: "run" | "check";
  /** False: end at the approval and say how to continue. */
  readonly wait: boolean;
  /** The gates run as for `check`; then the waves of a run are shown. */
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Read every catalog, even of tenants that did not change since the last run. */
  readonly fresh: boolean;
  readonly selection: Selection;
  /** Only those that failed in the newest run of the folder. */
  readonly onlyFailed: boolean;
  /** One backfill instead of the config's migrations. */
  readonly backfill?: BackfillRequest;
}

/** Starts a run on the user's own databases. */
export async function startRun(io: Io, options: StartOptions): Promise<ExitCode> {
  const { config, directory, path } = readConfig(io.cwd, options.config);
  const selection = await withFailed(io, options);
  const { backfill, mode } = options;
  const folder = backfill ? dirname(backfill.file) : resolve(directory, config.migrations);
  const change = await changeOf(folder, io.env);
  const place = await placeInRepository(folder);
  const request: RunRequest = {
    ...newRequest(io, config, backfill ? "backfill" : mode),
    mode,
    ...(backfill ? { backfill } : {}),
    ...(change === null ? {} : { change }),
    ...(place === null ? {} : { folder: place }),
    fresh: options.fresh,
    configFile: path,
    ...(isEverybody(selection) ? {} : { selection }),
  };
  if (mode === "run") refuseUnapprovable(request);
  await refuseUnreadableRegistry(io, request, directory);
  // A missing tag or file is refused before there is a run.
  await configWorkload(config, directory);
  await refuseWithoutSecrets(io, config, directory);
  const workspace = workspaceIn(directory, io.env, config.runs.group);
  const channels = await channelsOf(io, config, workspace, directory);
  io.stderr.write(`Run ${request.run}\n`);
  const executed = await execute({
    io,
    workspace,
    request,
    configDirectory: directory,
    resumed: false,
    leaveHeld: !options.wait,
    approver: approverFor({
      io,
      channels,
      port: config.approval.port,
      name: io.login,
      mode: options.wait ? "wait" : "leave",
    }),
  });
  if (options.dryRun && (await passed(executed.ports))) {
    printOutlook(io, request.run, await rolloutOutlook(executed.ports), options.json);
    return 0;
  }
  const code = await finish(io, executed, options.json);
  await announce(io, channels.notifier, executed);
  return code;
}

async function withFailed(io: Io, { selection, onlyFailed }: StartOptions): Promise<Selection> {
  if (!onlyFailed) return selection;
  const { request, artifacts } = await findRun(io, undefined);
  const failed = await failedOf(request.run, artifacts);
  return { ...selection, tenants: [...selection.tenants, ...failed] };
}

async function passed(ports: Ports): Promise<boolean> {
  return (await ports.artifacts.get<Outcome>(artifact.outcome))?.status === "passed";
}

export function newRequest({ login }: Pick<Io, "login">, config: Config, command: RunRequest["command"]): RunRequest {
  const now = systemClock.now();
  return {
    run: newRunId(now),
    command,
    mode: command === "check" ? "check" : "run",
    engine: "local",
    requester: config.requester ?? login,
    ...(command === "demo" ? {} : { startedBy: login }),
    toolVersion: packageVersion(),
    startedAt: new Date(now).toISOString(),
    config,
  };
}

/** A run that nobody could approve is refused before the first tenant is read. */
function refuseUnapprovable({ run, requester, startedBy, config }: RunRequest): void {
  const problem = requestProblem({
    run,
    digest: "",
    requester,
    startedBy,
    approvers: config.approval.approvers,
    quorum: 1,
    requestedAt: 0,
    expiresAt: milliseconds(config.approval.expires),
  });
  if (problem)
    throw new UsageError(
      `nobody could approve this run: ${problem}`,
      "add a person under approval.approvers in the config",
    );
}

/** A registry that is empty, or lists a tenant twice, is refused before there is a run. */
async function refuseUnreadableRegistry(io: Io, request: RunRequest, directory: string): Promise<void> {
  const { config } = request;
  try {
    const tenants = await new Fleet(config, localSecrets(io.env, directory), directory).tenants();
    refusePolicy(config, tenants, systemClock.now());
    scopeOf(request, tenants, systemClock.now());
  } catch (error) {
    if (error instanceof SelectionError) throw new UsageError(error.message, "schema-gate inspect   (lists the fleet)");
    const known = [RegistryError, SecretError, WavePolicyError].some((kind) => error instanceof kind);
    if (!(known && error instanceof Error)) throw error;
    throw new UsageError(error.message, "correct the registry or the config, then run the command again");
  }
}
