import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";

/** What runners and migrators read from the folder that they are started in, by their name. */
const RUNNERS: readonly (readonly [program: RegExp, files: string])[] = [
  [
    /^(npm|npx|yarn|pnpm|bun|bunx|node|tsx|ts-node|deno)$/,
    "package.json package-lock.json npm-shrinkwrap.json yarn.lock .yarnrc .yarnrc.yml .yarn .pnp.cjs .pnp.loader.mjs pnpm-lock.yaml .npmrc .pnpmfile.cjs bun.lock bunfig.toml deno.json tsconfig.json node_modules",
  ],
  [/^(make|gmake|just|task)$/, "GNUmakefile makefile Makefile justfile Justfile .justfile Taskfile.yml Taskfile.yaml"],
  [
    /^(bundle|rake|rails|ruby)$/,
    "Gemfile Gemfile.lock Rakefile rakefile Rakefile.rb config/database.yml .bundle .ruby-version vendor/bundle",
  ],
  [
    /^(cargo|diesel|sqlx|sea-orm-cli|refinery)$/,
    "Cargo.toml Cargo.lock .cargo/config.toml rust-toolchain.toml diesel.toml build.rs src",
  ],
  [
    /^(python[\d.]*|poetry|uv|pipenv|alembic|django-admin|flask)$/,
    "alembic.ini pyproject.toml setup.cfg manage.py poetry.lock uv.lock Pipfile Pipfile.lock .flaskenv .venv venv",
  ],
  [
    /^(prisma|knex|sequelize|typeorm|drizzle-kit|db-migrate|node-pg-migrate)$/,
    "package.json prisma knexfile.js knexfile.ts .sequelizerc ormconfig.json drizzle.config.ts drizzle.config.js database.json node_modules",
  ],
  [
    /^(flyway|liquibase|mvn|mvnw|gradle|gradlew)$/,
    "flyway.conf flyway.toml conf liquibase.properties pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties",
  ],
  [
    /^(atlas|dbmate|goose|sqitch|sql-migrate|tern|go|composer|php|artisan)$/,
    "atlas.hcl sqitch.conf sqitch.plan dbconfig.yml tern.conf go.mod go.sum composer.json composer.lock phinx.php phinx.yml vendor",
  ],
];

/** Of whichever runner: most have a library that reads them. */
const ENVIRONMENT = [".env", ".env.local", ".env.production", ".envrc"];

/** Folders of installed packages, which programs also write their caches to. */
export const INSTALLED = /^(node_modules|\.venv|venv|vendor|\.yarn)$/;

/** What a runner of this name reads from the config's folder; Node looks for packages in the folders above as well. */
export function readByRunner(word: string, directory: string): readonly string[] {
  const files = RUNNERS.flatMap(([program, names]) => (program.test(basename(word)) ? names.split(" ") : []));
  const above = files.includes("node_modules") ? foldersAbove(directory) : [];
  return [
    ...(files.length === 0 ? [] : [...files, ...ENVIRONMENT]).map((file) => resolve(directory, file)),
    ...above.map((folder) => resolve(folder, "node_modules")),
  ];
}

function foldersAbove(directory: string): readonly string[] {
  const above = dirname(directory);
  return above === directory ? [] : [above, ...foldersAbove(above)];
}

/**
 * Paths that an argument may name: as a whole, after `--name=`, a letter (`-cFILE`), `@` or a scheme (`filesystem:sql`), in a list
 * (`a.jar:b.jar`, `a.sql,b.sql`), as a module (`-m app.migrate`).
 */
export function placesIn(argument: string): readonly string[] {
  if (/^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(argument)) return [];
  const parts = argument.replace(/\bfile:\/\//i, "").split(/[=:,;@]/);
  const short = /^-[A-Za-z](.+)/.exec(parts[0] ?? "")?.[1];
  const module = /^[\w.]+$/.test(argument) ? argument.replaceAll(".", "/") : "";
  return [
    ...new Set([argument, argument.replace(/^[^=]*=/, ""), ...parts, short ?? "", module, `${module}.py`]),
  ].filter((part) => !/^\/*$/.test(part));
}

/** A longer file is data, or was bundled with all that it needs. */
const LONGEST_SOURCE = 1024 * 1024;

const JAVASCRIPT = /^\.[cm]?[jt]sx?$/;
const RUNNABLE = /\.(sh|bash|py|[cm]?[jt]sx?|rb|pl|php|jar|mk)$/;

/**
 * The files that these name to have them executed, and so on: what JavaScript, TypeScript and Python import from beside themselves, and programs
 * that a script, a Makefile or a package.json names. With them what a runner reads that is named there.
 */
export async function readThrough(places: readonly string[], directory: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  const queue = [...places];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const there = await stat(path).catch(() => null);
    if (there?.isFile() !== true || there.size > LONGEST_SOURCE) continue;
    queue.push(...(await namedIn(path, await readFile(path, "utf8"), directory)));
  }
  return [...seen];
}

async function namedIn(path: string, text: string, directory: string): Promise<readonly string[]> {
  const [, shebang = ""] = /^#!\s*(.*)/.exec(text) ?? [];
  const kind = extname(path);
  const runners = shebang.split(/\s+/).flatMap((word) => readByRunner(word, directory));
  if (JAVASCRIPT.test(kind) || /\b(node|tsx|ts-node|deno|bun)\b/.test(shebang))
    return [...runners, ...importedByJavascript(path, text)];
  if (kind === ".py" || /\bpython/.test(shebang)) return [...runners, ...importedByPython(path, text, directory)];
  const commands = /^((gnu)?makefile|justfile|\.justfile|package\.json|taskfile\.ya?ml)$/i.test(basename(path));
  return shebang !== "" || commands || /\.(sh|bash|mk)$/.test(path) ? runBy(path, text, directory) : [];
}

const SUFFIXES = ["", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx", ".json"];

function importedByJavascript(path: string, text: string): readonly string[] {
  const names = [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g)];
  return names.flatMap(([, name = ""]) => {
    const place = resolve(dirname(path), name);
    const bases = [place, place.replace(/\.[cm]?jsx?$/, ""), `${place}/index`];
    return bases.flatMap((base) => SUFFIXES.map((suffix) => base + suffix));
  });
}

function importedByPython(path: string, text: string, directory: string): readonly string[] {
  const names = [...text.matchAll(/^\s*(?:from\s+\.*([\w.]*)\s+import\s+([\w., ]+)|import\s+([\w., ]+))/gm)];
  const modules = names.flatMap(([, from = "", what = "", all = ""]) =>
    from === "" ? (what + all).split(",").map((one) => one.trim().split(" ")[0] ?? "") : [from],
  );
  const first = modules.map((module) => module.split(".")[0] ?? "").filter((module) => module !== "");
  return first.flatMap((module) =>
    [dirname(path), directory].flatMap((folder) => [resolve(folder, module), resolve(folder, `${module}.py`)]),
  );
}

/** A word with a slash or a suffix of programs, where a file is that can be executed; what it only writes, such as a log, is left out. */
async function runBy(path: string, text: string, directory: string): Promise<readonly string[]> {
  const words = new Set(text.match(/[\w.@+-]*(?:\/[\w.@+-]+)+|[\w.@+-]+/g));
  const found: string[] = [];
  for (const word of words) {
    found.push(...readByRunner(word, directory));
    if (!word.includes("/") && !RUNNABLE.test(word)) continue;
    // `$(dirname "$0")/lib.sh` is next to the script.
    for (const place of [resolve(directory, word), resolve(dirname(path), word), join(dirname(path), word)]) {
      const there = await stat(place).catch(() => null);
      if (there?.isFile() === true && (RUNNABLE.test(place) || (there.mode & 0o111) !== 0)) found.push(place);
    }
  }
  return found;
}
