import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Fleet } from "../../adapters/local/fleet.js";
import { readReleaseFolder } from "../../adapters/local/release-folder.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { readConfig } from "../../api/read-config.js";
import type { Config } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import { sha256 } from "../../core/migration/checksums/sha.js";
import type { Release } from "../../core/migration/release.js";
import { COMMAND } from "../../core/release/command-release.js";
import { readRelease } from "../../core/release/read-release.js";
import { registryNow } from "../../steps/rollout/registry-changes.js";
import { artifact, type RunRequest } from "../../steps/run/records.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import type { FoundRun } from "./find-run.js";

/** One thing that changed, and what that means for the run. */
interface Change {
  readonly where: "config" | "migrations" | "backfill" | "registry";
  readonly what: string;
  readonly effect: string;
}

/** Prints what changed since the run was gated, and which changes count. A change that cannot be read does not end the command. */
export async function printChanges(io: Io, found: FoundRun): Promise<void> {
  const { artifacts, request, workspace } = found;
  if (!(await artifacts.has(artifact.fleet))) return;
  const directory = dirname(workspace.root);
  const release = await artifacts.get<Release>(artifact.release);
  const changes = [
    ...configChanges(io, request.config, request.configFile ?? join(directory, "schema-gate.yaml")),
    ...(release === null ? [] : await releaseChanges(request, release, directory)),
    ...(await registryChanges(io, found, directory)),
  ];
  if (changes.length === 0) return;
  io.stderr.write(`Since the gates:\n`);
  for (const { where, what, effect } of changes)
    io.stderr.write(`  ${where.padEnd(10)} ${printable(what)}: ${printable(effect)}\n`);
}

const KEPT = "does not count; the run keeps what was approved, and a new run takes it";

function configChanges(io: Io, approved: Config, path: string): readonly Change[] {
  let now: Config;
  try {
    now = readConfig(io.cwd, path).config;
  } catch {
    return [{ where: "config", what: `${basename(path)} can no longer be read`, effect: KEPT }];
  }
  const keys = [...new Set([...Object.keys(approved), ...Object.keys(now)])] as (keyof Config)[];
  const changed = keys.filter((key) => digest([approved[key] ?? null]) !== digest([now[key] ?? null]));
  if (changed.length === 0) return [];
  return [{ where: "config", what: `${changed.join(", ")} changed in ${basename(path)}`, effect: KEPT }];
}

async function releaseChanges(request: RunRequest, approved: Release, directory: string): Promise<readonly Change[]> {
  if (request.backfill) return backfillChanges(request.backfill.file, approved);
  return migrationChanges(request.config, approved, directory);
}

async function backfillChanges(file: string, approved: Release): Promise<readonly Change[]> {
  const now = await readFile(file).catch(() => null);
  if (now !== null && approved.migrations.every(({ up }) => up.checksum === sha256(now))) return [];
  const what = `${basename(file)} ${now === null ? "can no longer be read" : "changed"}`;
  return [{ where: "backfill", what, effect: KEPT }];
}

async function migrationChanges(config: Config, approved: Release, directory: string): Promise<readonly Change[]> {
  if (approved.convention === COMMAND) return [];
  try {
    const { notMigrations, forwardMigrations, squashed } = config;
    const settings = { notMigrations, forwardMigrations, squashed, convention: approved.convention };
    const now = await readRelease(await readReleaseFolder(resolve(directory, config.migrations), []), settings);
    const sums = new Map(approved.migrations.map(({ version, up }) => [version, up.checksum]));
    const left = new Set(now.migrations.map(({ version }) => version));
    const words = [
      ...now.migrations.flatMap(({ version, up }) =>
        !sums.has(version) ? [`${version} is new`] : sums.get(version) === up.checksum ? [] : [`${version} changed`],
      ),
      ...approved.migrations.flatMap(({ version }) => (left.has(version) ? [] : [`${version} is gone`])),
    ];
    return words.length === 0 ? [] : [{ where: "migrations", what: words.join(", "), effect: KEPT }];
  } catch {
    return [{ where: "migrations", what: `${config.migrations} can no longer be read`, effect: KEPT }];
  }
}

async function registryChanges(io: Io, found: FoundRun, directory: string): Promise<readonly Change[]> {
  const { request, artifacts } = found;
  const registry = new Fleet(request.config, localSecrets(io.env, directory), directory);
  const now = await registryNow({ run: request.run, artifacts, registry }).catch((error: Error) => error);
  if (now instanceof Error)
    return [{ where: "registry", what: now.message, effect: "counts; without the registry nothing goes on" }];
  const change = (what: string, effect: string): Change => ({ where: "registry", what, effect });
  return [
    ...(now.joined.length > 0
      ? [change(`${now.joined.join(", ")} appeared`, "not migrated; schema-gate run does")]
      : []),
    ...(now.gone.length > 0 ? [change(`${now.gone.join(", ")} listed no more`, "skipped")] : []),
    ...now.moved.map((what) => change(`leads ${what}`, "counts; the approval is void")),
  ];
}
