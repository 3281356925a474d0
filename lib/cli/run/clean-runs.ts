import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cleanRun, removableOf } from "../../adapters/local/clean-run.js";
import { Fleet } from "../../adapters/local/fleet.js";
import { artifactsOfRun } from "../../adapters/local/open-run.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { loadSigningKey } from "../../adapters/local/signing-key.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { type Workspace, workspaceIn } from "../../adapters/local/workspace.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { readConfig } from "../../api/read-config.js";
import { groupBy } from "../../core/group-by.js";
import { plural } from "../../core/plural.js";
import { sizeText } from "../../core/size.js";
import { DatabaseError } from "../../ports/database.js";
import { CLONE_PREFIX } from "../../steps/catalog/declared.js";
import { artifact, type RunRequest } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { listRuns } from "./find-run.js";
import { lockHolder, lockRun } from "./run-lock.js";

export interface CleanOptions {
  /** Path of the config. */
  readonly config: string;
  /** Milliseconds. */
  readonly olderThan: number;
  readonly unfinished: boolean;
  readonly yes: boolean;
}

/** Removes what old runs keep beside their trail, and scratch databases that nobody holds. */
export async function cleanRuns(io: Io, options: CleanOptions): Promise<ExitCode> {
  const workspace = workspaceIn(io.cwd, io.env);
  const runs = await oldRuns(workspace, options);
  for (const { run, state, bytes } of runs)
    io.stdout.write(`${options.yes ? "" : "would clean  "}${run}  ${printable(state)}, ${sizeText(bytes)}\n`);
  const sum = sizeText(runs.reduce((total, { bytes }) => total + bytes, 0));
  if (!options.yes) {
    io.stdout.write(
      `${plural(runs.length, "run")}, ${sum}. Nothing was removed; do it with: schema-gate clean --yes\n`,
    );
    return 0;
  }
  const signer = await loadSigningKey(workspace.keys, workspace.access);
  for (const { run } of runs) {
    const unlock = lockRun(workspace, run);
    try {
      await cleanRun(workspace, run, { by: io.login, signer });
    } finally {
      unlock();
    }
  }
  io.stdout.write(`${plural(runs.length, "run")} cleaned, ${sum}; their trails stay.\n`);
  return (await sweepServers(io, options.config)) ? 0 : 3;
}

interface OldRun {
  readonly run: string;
  readonly state: string;
  readonly bytes: number;
}

/** Outcomes after which a run is not resumed. */
const OVER: ReadonlySet<string> = new Set(["passed", "blocked", "rejected", "expired", "rolled back"]);

/** The newest stays, and so does one that a process works on. */
async function oldRuns(workspace: Workspace, { olderThan, unfinished }: CleanOptions): Promise<readonly OldRun[]> {
  const found: OldRun[] = [];
  for (const run of listRuns(workspace).slice(1)) {
    const artifacts = artifactsOfRun(workspace, run);
    const request = await artifacts.get<RunRequest>(artifact.request);
    if (request === null || lockHolder(workspace, run) !== null) continue;
    if (systemClock.now() - Date.parse(request.startedAt) < olderThan) continue;
    const outcome = await artifacts.get<Outcome>(artifact.outcome);
    const over = outcome !== null && OVER.has(outcome.status);
    if (!over && !unfinished) continue;
    const { files, bytes } = removableOf(workspace, run);
    if (files.length > 0) found.push({ run, state: outcome?.status ?? "unfinished", bytes });
  }
  return found;
}

/** One tenant per host leads to its server. False when a server could not be asked. */
async function sweepServers(io: Io, path: string): Promise<boolean> {
  if (!existsSync(resolve(io.cwd, path))) {
    io.stderr.write(`Scratch databases were not looked for: there is no ${path} here.\n`);
    return true;
  }
  const { config, directory } = readConfig(io.cwd, path);
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  const database = pgDatabase({ tenant: (tenant) => fleet.wayTo(tenant), staging: null });
  let whole = true;
  for (const [host, [tenant]] of groupBy(await fleet.tenants(), (one) => one.host)) {
    if (tenant === undefined) continue;
    try {
      const swept = await database.sweep(tenant, CLONE_PREFIX);
      io.stdout.write(`${printable(host)}: ${plural(swept.length, "scratch database")} removed\n`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      whole = false;
      io.stderr.write(`${printable(host)}: scratch databases could not be looked for: ${printable(error.message)}\n`);
    }
  }
  return whole;
}
