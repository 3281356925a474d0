import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { artifactsOfRun } from "../../adapters/local/open-run.js";
import { type Workspace, workspaceIn } from "../../adapters/local/workspace.js";
import { UsageError } from "../../api/usage-error.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { RunRequest } from "../../steps/run/records.js";
import { storedRequest } from "../../steps/run/stored-request.js";
import type { Io } from "../io.js";

export interface FoundRun {
  readonly workspace: Workspace;
  readonly artifacts: Artifacts;
  readonly request: RunRequest;
}

/** The runs of a folder, newest first. */
export function listRuns(workspace: Workspace): readonly string[] {
  const runs = join(workspace.root, "runs");
  if (!existsSync(runs)) return [];
  const folders = readdirSync(runs, { withFileTypes: true }).filter((entry) => !entry.isFile());
  return folders
    .map(({ name }) => name)
    .sort()
    .reverse();
}

/** A run by its name, or the newest if none is named. Throws `UsageError` that lists what there is. */
export async function findRun(io: Pick<Io, "cwd" | "env">, run: string | undefined): Promise<FoundRun> {
  const workspace = workspaceIn(io.cwd, io.env);
  const runs = listRuns(workspace);
  const name = run ?? runs[0];
  if (name === undefined)
    throw new UsageError(`there are no runs in ${workspace.root}`, "schema-gate run, or schema-gate demo");
  if (!runs.includes(name)) {
    const known = runs.slice(0, 3).join(", ") || "none";
    throw new UsageError(
      `there is no run ${name} in ${workspace.root}; the newest are: ${known}`,
      "schema-gate status",
    );
  }
  const artifacts = artifactsOfRun(workspace, name);
  const request = await storedRequest(artifacts);
  if (request === null)
    throw new UsageError(`the run ${name} ended before it began: it has no request`, "schema-gate run");
  return { workspace, artifacts, request };
}
