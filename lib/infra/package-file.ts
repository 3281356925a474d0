import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file or folder of this package by its path from the root, whether the construct runs from its sources or from dist. */
export function packageFile(path: string): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  // dist has no package.json, so the first one upwards is the package's own.
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error("the package.json of schema-gate was not found above its own files");
    directory = parent;
  }
  return join(directory, path);
}
