import { approvalsOf } from "../../adapters/local/open-run.js";
import { LINK_KEY, secretKey } from "../../adapters/local/secret-key.js";
import { UsageError } from "../../api/usage-error.js";
import { approverProblem } from "../../core/approval/decide.js";
import { personOf } from "../../core/approval/person.js";
import { approverLinks } from "../../review/links.js";
import type { PageAddress } from "../../steps/run/page-address.js";
import { artifact } from "../../steps/run/records.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { findRun } from "./find-run.js";

/** Prints the link of the person who is logged in, at their own request: the login proves who it is for. */
export async function printOwnLink(io: Io, run: string | undefined): Promise<ExitCode> {
  const { workspace, artifacts, request } = await findRun(io, run);
  const record = await (await approvalsOf(workspace)).read(request.run);
  const page = await artifacts.get<PageAddress>(artifact.page);
  if (record === null || page === null)
    throw new UsageError(`the run ${request.run} has no page that waits`, `schema-gate status ${request.run}`);
  const problem = approverProblem(record.request, io.login);
  if (problem !== null) {
    io.stderr.write(`Not accepted: ${printable(problem)}.\n`);
    return 1;
  }
  const key = await secretKey(workspace.keys, LINK_KEY, workspace.access);
  const me = personOf(record.request.approvers, io.login)?.id;
  const mine = approverLinks(record.request, page.origin, key).find(({ person }) => person.id === me);
  io.stdout.write(`${mine?.link ?? ""}\n`);
  return mine ? 0 : 1;
}
