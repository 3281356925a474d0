import { UsageError } from "../../api/usage-error.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { Io } from "../io.js";
import { type FoundRun, findRun } from "./find-run.js";
import { lockHolder } from "./run-lock.js";

/** A run that another terminal works on, or that could continue. Throws `UsageError` for one that has ended. */
export async function findWorkingRun(io: Io, run: string | undefined): Promise<FoundRun> {
  const found = await findRun(io, run);
  const { workspace, artifacts, request } = found;
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  if (outcome !== null && lockHolder(workspace, request.run) === null)
    throw new UsageError(
      `the run ${request.run} is not running: it ended as ${outcome.status}`,
      `schema-gate status ${request.run}`,
    );
  return found;
}
