// Compiles bin, lib and functions to dist, and exits at once if nothing is newer than the last build. The command line is bundled into few
// files, each with what some commands share: hundreds of small modules take longer to load than to run.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "dist", "tsconfig.build.tsbuildinfo");

function newest(directory) {
  let latest = statSync(directory).mtimeMs;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

/** What an earlier build wrote for sources that are gone. The rest stays, so that the compiler checks only what changed. */
function removeStale() {
  for (const room of ["bin", "lib", "functions"]) {
    const built = join(root, "dist", room);
    if (!existsSync(built)) continue;
    for (const path of readdirSync(built, { recursive: true, encoding: "utf8" })) {
      const source = path.match(/^(.*?)\.(?:d\.ts|js)(?:\.map)?$/)?.[1];
      if (source !== undefined && !existsSync(join(root, room, `${source}.ts`))) rmSync(join(built, path));
    }
  }
}

/** Over everything that a result may depend on, so that what one build remembers means nothing to another. */
function buildOf() {
  const hash = createHash("sha256");
  for (const room of ["bin", "lib"])
    for (const path of readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).sort())
      if (path.endsWith(".ts")) hash.update(JSON.stringify([path, readFileSync(join(root, room, path), "utf8")]));
  hash.update(readFileSync(join(root, "package-lock.json")));
  return hash.digest("hex");
}

/** Replaces what the compiler wrote for the entry points. Packages stay packages, and load when a command needs them. */
async function bundleCommandLine() {
  await build({
    absWorkingDir: root,
    entryPoints: { "schema-gate": "bin/schema-gate.ts", "lint-worker": "bin/lint-worker.ts" },
    outdir: "dist/bin",
    chunkNames: "chunks/[name]-[hash]",
    define: { SCHEMA_GATE_BUILD: JSON.stringify(buildOf()) },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
  });
}

/** The library's comments are in its types; what runs needs neither comments nor line breaks, and the package stays small. */
async function compactLibrary() {
  const library = join(root, "dist", "lib");
  for (const path of readdirSync(library, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".js")) continue;
    const file = join(library, path);
    const text = readFileSync(file, "utf8");
    const { code } = await transform(text, {
      minifyWhitespace: true,
      minifySyntax: true,
      minifyIdentifiers: true,
      target: "node20",
      format: "esm",
    });
    if (code !== text) writeFileSync(file, code);
  }
}

function compile() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const project = join(root, "tsconfig.build.json");
  const args = [compiler, "-p", project, "--incremental", "--tsBuildInfoFile", stamp];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status;
}

/** Keeps only the types that the package's exports lead to. False if one of them is missing because an earlier build removed it. */
function pruneTypes() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const kept = new Set();
  const waiting = Object.values(exports).flatMap(({ types }) => (types ? [join(root, types)] : []));
  for (const file of waiting) {
    if (kept.has(file)) continue;
    if (!existsSync(file)) return false;
    kept.add(file);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g))
      waiting.push(join(dirname(file), target.replace(/\.js$/, ".d.ts")));
  }
  const library = join(root, "dist", "lib");
  for (const path of readdirSync(library, { recursive: true, encoding: "utf8" }))
    if (path.endsWith(".d.ts") && !kept.has(join(library, path))) rmSync(join(library, path));
  return true;
}

const sources = [
  "scripts/build.mjs",
  "bin",
  "lib",
  "functions",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];
const changed = Math.max(
  ...sources.map((name) => {
    const path = join(root, name);
    return statSync(path).isDirectory() ? newest(path) : statSync(path).mtimeMs;
  }),
);
const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < changed) {
  removeStale();
  let status = compile();
  if (status === 0 && !pruneTypes()) {
    rmSync(stamp, { force: true });
    status = compile();
    if (status === 0 && !pruneTypes()) throw new Error("a type that the package exports was not built");
  }
  if (status === 0) await Promise.all([bundleCommandLine(), compactLibrary()]);
  else {
    rmSync(stamp, { force: true });
    process.exitCode = 1;
  }
}
