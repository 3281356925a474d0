import { createHash } from "node:crypto";
import { constants, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, delimiter, join, relative, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { UnsafeFileError } from "./private-files.js";
import { INSTALLED, placesIn, readByRunner, readThrough } from "./program-reads.js";

export interface SealedProgram {
  readonly argv: readonly string[];
  /** The config's folder, which paths are relative to. */
  readonly directory: string;
  /** Of the migrations. */
  readonly migrations: string;
  /** What else the program reads, as the config lists it. */
  readonly files: readonly string[];
  /** Where to look for a program without a slash. */
  readonly path: string;
}

/**
 * One SHA-256 over everything that a team's own program is known to execute: the program, wherever on the PATH it is, every file or folder
 * that an argument names in any form, what these have executed, what a runner reads from its folder (`npm run`, `make`) with the packages that
 * are installed there, the migrations' folder, and what the config lists. Any change, addition or removal there gives another digest. Throws
 * `UnsafeFileError` for a pipe or a socket, since nobody knows what is read from it.
 */
export async function programSeal(program: SealedProgram, now = Date.now()): Promise<string> {
  const { argv, directory, migrations, files } = program;
  const [name = "", ...rest] = argv;
  const named = [...rest.flatMap(placesIn), ...files].map((one) => resolve(directory, one));
  const direct = [await lookedUp(program, name), ...named, ...argv.flatMap((word) => readByRunner(word, directory))];
  const places = [migrations, ...(await readThrough(direct, directory))];
  const hash = createHash("sha256").update(JSON.stringify(argv));
  const found: Sealed = { entries: [], seen: new Set(), runs: join(directory, ".schema-gate") };
  for (const place of [...new Set(places)].sort())
    if (INSTALLED.test(basename(place))) await sealInstalled(place, found, now);
    else await seal(place, found, false);
  hash.update(JSON.stringify(found.entries.map(([path, digest]) => [relative(directory, path), digest])));
  return hash.digest("hex");
}

/** A name without a slash is looked up on the PATH, any other is relative to the config. */
async function lookedUp({ directory, path }: SealedProgram, name: string): Promise<string> {
  if (name.includes("/")) return resolve(directory, name);
  for (const folder of path.split(delimiter)) {
    // It is started in the config's folder, and so is what the PATH says relative to where one is.
    const candidate = resolve(directory, folder, name);
    const runs = await access(candidate, constants.X_OK).then(
      async () => (await stat(candidate)).isFile(),
      () => false,
    );
    if (runs) return candidate;
  }
  return resolve(directory, name);
}

/** System folders that contain no program of a release, and in which some files never end. */
const OF_THE_MACHINE = /^\/(?:(?:proc|sys|dev)(?:\/.*)?)?$/;

interface Sealed {
  /** Files and links with what they contain. */
  readonly entries: (readonly [path: string, digest: string])[];
  /** Folders, by their real path: one that several links lead to is read once. */
  readonly seen: Set<string>;
  /** Where the gate itself writes. */
  readonly runs: string;
}

/**
 * Adds what is at a path and below it, also behind links; nothing if nothing is there, since most arguments are not files. Leaves out git's own
 * folders, caches among installed packages, and the gate's runs. Between folders others have their turn: ten thousand packages take seconds.
 */
async function seal(place: string, into: Sealed, installed: boolean): Promise<void> {
  const there = statAt(place);
  if (there === undefined || place === into.runs) return;
  if (there.isFile()) {
    into.entries.push([place, digestOf(place, there)]);
    return;
  }
  if (there.isFIFO() || there.isSocket())
    throw new UnsafeFileError(
      `${place} is a pipe or a socket, so what a program reads there cannot be sealed; remove it`,
    );
  if (!there.isDirectory()) return;
  const real = realpathSync.native(place);
  if (OF_THE_MACHINE.test(real))
    throw new UnsafeFileError(`${place} leads to ${real}, which cannot be sealed; remove the link or the argument`);
  if (into.seen.has(real)) return;
  into.seen.add(real);
  await setImmediate();
  const below = readdirSync(place, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const one of below) {
    if (one.name === ".git" || (installed && CACHES.has(one.name))) continue;
    const path = join(place, one.name);
    if (one.isSymbolicLink()) into.entries.push([path, readlinkSync(path)]);
    await seal(path, into, installed);
  }
}

/** Some ten thousand files of packages take seconds to look at. Milliseconds. */
const INSTALLED_FOR_MS = 60_000;

const installedAt = new Map<string, { readonly until: number; readonly entries: Sealed["entries"] }>();

/** Installed packages are looked at again a minute later. */
async function sealInstalled(place: string, into: Sealed, now: number): Promise<void> {
  let known = installedAt.get(place);
  if (known === undefined || known.until < now) {
    const found: Sealed = { entries: [], seen: new Set(), runs: into.runs };
    await seal(place, found, true);
    known = { until: now + INSTALLED_FOR_MS, entries: found.entries };
    installedAt.set(place, known);
  }
  into.entries.push(...known.entries);
}

/** Undefined also for a link that leads in a circle. */
function statAt(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What programs write among installed packages while they run. */
const CACHES: ReadonlySet<string> = new Set([".cache", ".vite", ".vite-temp"]);

/** A file that was changed less than this before it was read may change again at the same time by the file system's clock. Milliseconds. */
const SETTLED_MS = 2_000;

/** By path: a file that nobody has touched is not read again. Nobody but root sets the time of its last change (`ctime`). */
const known = new Map<string, { readonly identity: string; readonly digest: string }>();

function digestOf(path: string, { dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  const identity = `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  const before = known.get(path);
  if (before?.identity === identity) return before.digest;
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (Date.now() - ctimeMs > SETTLED_MS) known.set(path, { identity, digest });
  return digest;
}
