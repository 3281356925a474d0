// Compiles bin, lib and functions to dist, and leaves at once when nothing is newer than the last build.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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

const sources = ["bin", "lib", "functions", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];
const changed = Math.max(
  ...sources.map((name) => {
    const path = join(root, name);
    return statSync(path).isDirectory() ? newest(path) : statSync(path).mtimeMs;
  }),
);
const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built < changed) {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(
    process.execPath,
    [compiler, "-p", join(root, "tsconfig.build.json"), "--incremental", "--tsBuildInfoFile", stamp],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) {
    rmSync(stamp, { force: true });
    process.exitCode = 1;
  }
}
