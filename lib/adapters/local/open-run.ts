import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { AUDIT_FILE } from "../../core/audit/chain.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { RunBefore } from "../../ports/ports.js";
import { ApprovalsFolder } from "./approvals-folder.js";
import { artifactsFolder } from "./artifacts-folder.js";
import { readOwnSync } from "./own-file.js";
import { makeFolder } from "./private-files.js";
import { APPROVALS_KEY, secretKey } from "./secret-key.js";
import type { Workspace } from "./workspace.js";
import { WrittenRecord } from "./written-record.js";

/** What this machine wrote below a run's folder, stored outside it. */
export function recordOfRun({ records, access }: Workspace, run: string): WrittenRecord {
  return new WrittenRecord(join(records, "runs", `${run}.jsonl`), access);
}

/** A run's artifacts, trusted only as this machine wrote them. */
export function artifactsOfRun(workspace: Workspace, run: string, record = recordOfRun(workspace, run)): Artifacts {
  return artifactsFolder(workspace.runFolder(run), { access: workspace.access, record });
}

/** What is remembered between runs; anything not as it was written is forgotten, and read from the tenants again. */
export function memoryOf({ root, records, access }: Workspace): Artifacts {
  const record = new WrittenRecord(join(records, "memory.jsonl"), access);
  return artifactsFolder(root, { access, record, otherwise: "forget" });
}

export async function approvalsOf({ approvals, records, keys, access }: Workspace): Promise<ApprovalsFolder> {
  const key = await secretKey(keys, APPROVALS_KEY, access);
  return new ApprovalsFolder(approvals, { key, access, records: join(records, "approvals") });
}

/** Records a run as the newest of the workspace. */
export function enterRun(workspace: Workspace, run: string): void {
  makeFolder(workspace.records, workspace.access);
  if (!runsEntered(workspace).includes(run))
    appendFileSync(listOf(workspace), `${JSON.stringify(run)}\n`, { mode: workspace.access.file });
}

/** The runs of the workspace in the order they were started, including those whose folder is gone. */
function runsEntered(workspace: Workspace): readonly string[] {
  const text = readOwnSync(listOf(workspace))?.toString("utf8") ?? "";
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as string);
}

/** The run that was started before this one, and the last event of its trail so far. */
export function runBefore(workspace: Workspace, run: string): RunBefore | null {
  const entered = runsEntered(workspace);
  const at = entered.indexOf(run);
  const before = entered[(at === -1 ? entered.length : at) - 1];
  const head = before === undefined ? null : recordOfRun(workspace, before).last(AUDIT_FILE);
  return before === undefined || head === null ? null : { run: before, head };
}

function listOf({ records }: Workspace): string {
  return join(records, "runs.jsonl");
}
