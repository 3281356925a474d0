import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import type { TestFleet } from "./fleet.js";

/** Gives a fleet the demo's baseline, which its tenants have, and these migrations after it, by file name. */
export function writeRelease(fleet: TestFleet, files: Readonly<Record<string, string>>): string {
  const folder = join(fleet.directory, "release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const baseline = "20240101_baseline.up.sql";
  cpSync(join(packageRoot(), "examples", "demo", "migrations", baseline), join(folder, baseline));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return "release";
}
