import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { basename, delimiter, join, relative, resolve } from "node:path";
import { UnsafeFileError } from "./private-files.js";

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
 * that an argument names in any form, what a runner reads from its folder (`npm run`, `make`), the migrations' folder, and what the config
 * lists. Any change, addition or removal there gives another digest. Throws `UnsafeFileError` for a pipe or a socket, since nobody knows
 * what is read from it.
 */
export async function programSeal(program: SealedProgram): Promise<string> {
  const { argv, directory, migrations, files } = program;
  const [name = "", ...rest] = argv;
  const named = [...rest.flatMap(placesIn), ...argv.flatMap(readByRunner), ...files];
  const places = [await found(program, name), migrations, ...named.map((one) => resolve(directory, one))];
  const hash = createHash("sha256").update(JSON.stringify(argv));
  const runs = join(directory, ".schema-gate");
  for (const place of [...new Set(places)].sort()) {
    for (const [path, digest] of await digests(place, runs))
      hash.update(JSON.stringify([relative(directory, path), digest]));
  }
  return hash.digest("hex");
}

/**
 * Paths that an argument may name: as a whole, after `--name=`, a letter (`-cFILE`), `@` or a scheme (`filesystem:sql`), in a list
 * (`a.jar:b.jar`, `a.sql,b.sql`), as a module (`-m app.migrate`).
 */
function placesIn(argument: string): readonly string[] {
  if (/^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(argument)) return [];
  const parts = argument.replace(/\bfile:\/\//i, "").split(/[=:,;@]/);
  const short = /^-[A-Za-z](.+)/.exec(parts[0] ?? "")?.[1];
  const module = /^[\w.]+$/.test(argument) ? argument.replaceAll(".", "/") : "";
  return [
    ...new Set([argument, argument.replace(/^[^=]*=/, ""), ...parts, short ?? "", module, `${module}.py`]),
  ].filter((part) => !/^\/*$/.test(part));
}

/** What runners and migrators read from the folder that they are started in, by their name. */
const RUNNERS: readonly (readonly [program: RegExp, files: string])[] = [
  [
    /^(npm|npx|yarn|pnpm|bun|bunx|node|tsx|ts-node|deno)$/,
    "package.json package-lock.json npm-shrinkwrap.json yarn.lock .yarnrc .yarnrc.yml pnpm-lock.yaml .npmrc .pnpmfile.cjs bun.lock bunfig.toml deno.json tsconfig.json",
  ],
  [/^(make|gmake|just|task)$/, "GNUmakefile makefile Makefile justfile Justfile .justfile Taskfile.yml Taskfile.yaml"],
  [/^(bundle|rake|rails|ruby)$/, "Gemfile Gemfile.lock Rakefile rakefile Rakefile.rb config/database.yml"],
  [
    /^(cargo|diesel|sqlx|sea-orm-cli|refinery)$/,
    "Cargo.toml Cargo.lock .cargo/config.toml rust-toolchain.toml diesel.toml build.rs src",
  ],
  [
    /^(python[\d.]*|poetry|uv|pipenv|alembic|django-admin|flask)$/,
    "alembic.ini pyproject.toml setup.cfg manage.py poetry.lock uv.lock Pipfile Pipfile.lock",
  ],
  [
    /^(prisma|knex|sequelize|typeorm|drizzle-kit|db-migrate|node-pg-migrate)$/,
    "package.json prisma knexfile.js knexfile.ts .sequelizerc ormconfig.json drizzle.config.ts drizzle.config.js database.json",
  ],
  [
    /^(flyway|liquibase|mvn|mvnw|gradle|gradlew)$/,
    "flyway.conf flyway.toml conf liquibase.properties pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties",
  ],
  [
    /^(atlas|dbmate|goose|sqitch|sql-migrate|tern|go|composer|php|artisan)$/,
    "atlas.hcl .env sqitch.conf sqitch.plan dbconfig.yml tern.conf go.mod go.sum composer.json composer.lock phinx.php phinx.yml",
  ],
];

function readByRunner(argument: string): readonly string[] {
  const name = basename(argument);
  return RUNNERS.flatMap(([program, files]) => (program.test(name) ? files.split(" ") : []));
}

/** A name without a slash is looked up on the PATH, any other is relative to the config. */
async function found({ directory, path }: SealedProgram, name: string): Promise<string> {
  if (name.includes("/")) return resolve(directory, name);
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
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

/**
 * What is at a path and below it, also behind links; empty if nothing is there, since most arguments are not files. Leaves out git's own
 * folders, and `runs`, where the gate itself writes.
 */
async function digests(
  place: string,
  runs: string,
  above: readonly string[] = [],
): Promise<readonly (readonly [string, string])[]> {
  const there = await stat(place).catch(() => null);
  if (there === null || place === runs) return [];
  if (there.isFile()) return [[place, await digestOf(place)]];
  if (there.isFIFO() || there.isSocket())
    throw new UnsafeFileError(
      `${place} is a pipe or a socket, so what a program reads there cannot be sealed; remove it`,
    );
  if (!there.isDirectory()) return [];
  const real = await realpath(place);
  if (OF_THE_MACHINE.test(real))
    throw new UnsafeFileError(`${place} leads to ${real}, which cannot be sealed; remove the link or the argument`);
  // A link to a folder above it adds nothing new.
  if (above.includes(real)) return [];
  const names = (await readdir(place)).filter((name) => name !== ".git").sort();
  const found: (readonly [string, string])[] = [];
  for (const name of names) {
    const path = join(place, name);
    const link = await readlink(path).catch(() => null);
    if (link !== null) found.push([path, link]);
    found.push(...(await digests(path, runs, [...above, real])));
  }
  return found;
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
