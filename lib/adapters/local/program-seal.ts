import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, readdir, readFile, readlink, stat } from "node:fs/promises";
import { delimiter, join, relative, resolve, sep } from "node:path";

export interface SealedProgram {
  readonly argv: readonly string[];
  /** The config's folder, which paths are relative to. */
  readonly directory: string;
  /** Of the migrations. */
  readonly migrations: string;
  /** What else the program reads, as the config names it. */
  readonly files: readonly string[];
  /** Where a program without a slash is looked for. */
  readonly path: string;
}

/**
 * One SHA-256 over all that a team's own program is known to execute: the program, wherever the PATH finds it, each argument
 * that is a file or a folder (also behind `--name=`), the folder of the migrations, and what the config names. Whatever of it
 * is changed, added or removed gives another.
 */
export async function programSeal(program: SealedProgram): Promise<string> {
  const { argv, directory, migrations, files } = program;
  const [name = "", ...rest] = argv;
  const named = rest.flatMap((argument) => [argument, argument.replace(/^[^=]*=/, "")]);
  const places = [
    await found(program, name),
    migrations,
    ...[...named, ...files].map((one) => resolve(directory, one)),
  ];
  const hash = createHash("sha256").update(JSON.stringify(argv));
  for (const place of [...new Set(places)].sort()) {
    for (const [path, digest] of await digests(place)) hash.update(JSON.stringify([relative(directory, path), digest]));
  }
  return hash.digest("hex");
}

/** A name without a slash is looked for on the PATH, any other is relative to the config. */
async function found({ directory, path }: SealedProgram, name: string): Promise<string> {
  if (name.includes("/")) return resolve(directory, name);
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  return resolve(directory, name);
}

/** What lies at a path and below it; nothing where nothing is, since most arguments are no files. */
async function digests(place: string): Promise<readonly (readonly [path: string, digest: string])[]> {
  const there = await stat(place).catch(() => null);
  if (there === null) return [];
  if (there.isFile()) return [[place, await digestOf(place)]];
  if (!there.isDirectory()) return [];
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const listed = entries
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .filter(({ path }) => !relative(place, path).split(sep).includes(".git"))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const found: (readonly [string, string])[] = [];
  for (const { entry, path } of listed) {
    if (entry.isSymbolicLink()) found.push([path, `${await readlink(path)} ${await digestOf(path).catch(() => "")}`]);
    if (entry.isFile()) found.push([path, await digestOf(path)]);
  }
  return found;
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
