import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UsageError } from "../api/usage-error.js";
import { AUDIT_FILE } from "../core/audit/chain.js";
import type { Io } from "./io.js";

/** The folder of a run, given its id or its path; default: the newest run's. Throws `UsageError` that lists the runs. */
export function runFolder(io: Io, given: string | undefined): string {
  const runs = join(io.cwd, ".schema-gate", "runs");
  const name = given ?? (isFolder(runs) ? readdirSync(runs).sort().at(-1) : undefined);
  if (name === undefined) throw new UsageError(`There is no run in ${runs}.`, otherRuns(runs));
  const byId = join(runs, basename(name));
  if (basename(name) === name && isFolder(byId)) return byId;
  const byPath = resolve(io.cwd, name);
  if (isFolder(byPath) && existsSync(join(byPath, AUDIT_FILE))) return byPath;
  if (isFolder(byPath)) throw new UsageError(`${byPath} is not the folder of a run: it holds no ${AUDIT_FILE}.`);
  throw new UsageError(`There is no run ${name} in ${runs}, and no folder of that name.`, otherRuns(runs));
}

function otherRuns(runs: string): string {
  const known = isFolder(runs) ? readdirSync(runs).sort().reverse() : [];
  if (known.length === 0)
    return "No run was made here yet. Run schema-gate from the folder that holds .schema-gate, or give a path.";
  const more = known.length > 5 ? `, and ${known.length - 5} older` : "";
  return `The runs here: ${known.slice(0, 5).join(", ")}${more}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
