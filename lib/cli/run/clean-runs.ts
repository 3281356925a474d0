import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cleanRun, removableOf } from "../../adapters/local/clean-run.js";
import { Fleet } from "../../adapters/local/fleet.js";
import { artifactsOfRun, recordOfRun } from "../../adapters/local/open-run.js";
import { keptSync } from "../../adapters/local/own-file.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { loadSigningKey } from "../../adapters/local/signing-key.js";
import { changedInFolder } from "../../adapters/local/since-seal.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { type Workspace, workspaceIn } from "../../adapters/local/workspace.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { readConfig } from "../../api/read-config.js";
import { AUDIT_FILE } from "../../core/audit/chain.js";
import { readTrail } from "../../core/audit/trail.js";
import { groupBy } from "../../core/group-by.js";
import { plural } from "../../core/plural.js";
import { sizeText } from "../../core/size.js";
import { DatabaseError, NotDropped } from "../../ports/database.js";
import type { Signer } from "../../ports/signer.js";
import { TamperedError } from "../../ports/tampered.js";
import { CLONE_PREFIX } from "../../steps/catalog/declared.js";
import { artifact } from "../../steps/run/records.js";
import { storedRequest } from "../../steps/run/stored-request.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { listRuns } from "./find-run.js";
import { isSealed } from "./is-sealed.js";
import { lockHolder, lockRun } from "./run-lock.js";
import { withWebhooks } from "./webhooks.js";

export interface CleanOptions {
  /** Path of the config. */
  readonly config: string;
  /** Milliseconds. */
  readonly olderThan: number;
  /** The command that does what this one only says. */
  readonly again: string;
  readonly unfinished: boolean;
  /** Also runs whose repairs could still be undone. */
  readonly repaired: boolean;
  readonly yes: boolean;
}

/** Removes what old runs keep next to their trail, and scratch databases that nobody holds. 1 if a run had to be left as it is. */
export async function cleanRuns(io: Io, options: CleanOptions): Promise<ExitCode> {
  const workspace = workspaceIn(io.cwd, io.env);
  const { runs, left } = await oldRuns(workspace, options);
  for (const { run, why } of left) io.stderr.write(`${run} is left as it is: ${printable(why)}\n`);
  for (const { run, state, bytes } of runs)
    io.stdout.write(`${options.yes ? "" : "would clean  "}${run}  ${printable(state)}, ${sizeText(bytes)}\n`);
  const sum = sizeText(runs.reduce((total, { bytes }) => total + bytes, 0));
  const code = left.some(({ altered }) => altered) ? 1 : 0;
  if (!options.yes) {
    io.stdout.write(
      `${plural(runs.length, "run")}, ${sum}. Nothing was removed; do it with: ${printable(options.again)}\n`,
    );
    return code;
  }
  const signer = await loadSigningKey(workspace.keys, workspace.access);
  for (const { run } of runs) {
    const unlock = lockRun(workspace, run);
    try {
      await cleanOne(io, workspace, run, signer);
    } finally {
      unlock();
    }
  }
  io.stdout.write(`${plural(runs.length, "run")} cleaned, ${sum}; their trails stay.\n`);
  return (await sweepServers(io, options.config)) ? code : 3;
}

async function cleanOne(io: Io, workspace: Workspace, run: string, signer: Signer): Promise<void> {
  const request = await storedRequest(artifactsOfRun(workspace, run));
  const say = (text: string) => io.stderr.write(`${text}\n`);
  const webhooks = request?.config.webhooks ?? [];
  const directory = dirname(workspace.root);
  await withWebhooks({ env: io.env, say }, { run, workspace, config: { webhooks }, directory }, async (hear) => {
    await cleanRun(workspace, run, { by: io.login, signer, hear });
  });
}

interface OldRun {
  readonly run: string;
  readonly state: string;
  readonly bytes: number;
}

interface LeftRun {
  readonly run: string;
  readonly why: string;
  /** Somebody changed it, so it is evidence. */
  readonly altered: boolean;
}

/** Outcomes after which a run is not resumed. */
const OVER: ReadonlySet<string> = new Set(["passed", "blocked", "rejected", "expired", "rolled back"]);

/** The newest stays, and so does one that a process is working on. */
async function oldRuns(workspace: Workspace, options: CleanOptions): Promise<{ runs: OldRun[]; left: LeftRun[] }> {
  const runs: OldRun[] = [];
  const left: LeftRun[] = [];
  for (const run of listRuns(workspace).slice(1)) {
    try {
      const old = await oldRun(workspace, run, options);
      if (old === null) continue;
      const why = await keptBecause(workspace, run, options);
      if (why === null) runs.push(old);
      else left.push({ run, ...why });
    } catch (error) {
      if (!(error instanceof TamperedError)) throw error;
      left.push({ run, why: error.message, altered: true });
    }
  }
  return { runs, left };
}

/** Null for one that stays without mention. One that a crash left removed but unsealed is finished. */
async function oldRun(workspace: Workspace, run: string, options: CleanOptions): Promise<OldRun | null> {
  const artifacts = artifactsOfRun(workspace, run);
  const request = await storedRequest(artifacts);
  if (request === null || lockHolder(workspace, run) !== null) return null;
  if (systemClock.now() - Date.parse(request.startedAt) < options.olderThan) return null;
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  const over = outcome !== null && OVER.has(outcome.status);
  if (!over && !options.unfinished) return null;
  const { files, bytes } = removableOf(workspace, run);
  if (files.length === 0 && (await isSealed(artifacts))) return null;
  return { run, state: outcome?.status ?? "unfinished", bytes };
}

/** Why a run that is old enough stays: sealing over a change would hide it, and without its files a repair could not be undone. */
async function keptBecause(
  workspace: Workspace,
  run: string,
  options: CleanOptions,
): Promise<Omit<LeftRun, "run"> | null> {
  const changed = await changedInFolder(workspace.runFolder(run), recordOfRun(workspace, run));
  const [first] = changed;
  if (first !== undefined) {
    const more = changed.length > 1 ? ` Files that differ: ${changed.length}.` : "";
    return { why: `${first.message}${more} Next: schema-gate audit verify ${run}`, altered: true };
  }
  const repaired = options.repaired ? [] : lastingRepairs(workspace, run);
  if (repaired.length === 0) return null;
  const why = `its repair of ${repaired.join(", ")} could not be undone any more. Clean it too with --repaired`;
  return { why, altered: false };
}

/** The tenants with a repair that was not undone. One that began without a known end may have been committed. */
function lastingRepairs(workspace: Workspace, run: string): readonly string[] {
  const { events } = readTrail(keptSync(join(workspace.runFolder(run), AUDIT_FILE)));
  const gone = new Set(
    events.filter(({ action }) => /^repair\.(undone|failed)$/.test(action)).map(({ details }) => details.repair),
  );
  const lasting = events.filter(
    ({ action, details }) => /^(repair\.started|tenant\.repaired)$/.test(action) && !gone.has(details.repair),
  );
  return [...new Set(lasting.map(({ subject }) => subject.name))];
}

/** One tenant per host leads to its server. False if a server could not be asked. */
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
      if (error instanceof NotDropped) {
        io.stderr.write(`${printable(host)}: ${printable(error.message)}\n  ${printable(error.remedy)}\n`);
        continue;
      }
      io.stderr.write(`${printable(host)}: scratch databases could not be looked for: ${printable(error.message)}\n`);
    }
  }
  return whole;
}
