import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: string | null = null;

/** The folder of this package, whether it runs from its sources or from dist. */
export function packageRoot(): string {
  if (found) return found;
  let directory = dirname(fileURLToPath(import.meta.url));
  // dist has no package.json, so the first one upwards is the package's own.
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error("the package.json of schema-gate was not found above its own files");
    directory = parent;
  }
  found = directory;
  return directory;
}
