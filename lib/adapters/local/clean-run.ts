import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AUDIT_FILE } from "../../core/audit/chain.js";
import { MANIFEST_FILE, SEAL_FILE } from "../../core/audit/seal.js";
import type { Signer } from "../../ports/signer.js";
import { heardTrail, type Listener } from "../webhooks/heard-trail.js";
import { openAuditFile } from "./audit-file.js";
import { recordOfRun } from "./open-run.js";
import { systemClock } from "./system-clock.js";
import type { Workspace } from "./workspace.js";

/** What stays of a run: who asked for what, how it ended, and its whole trail with the tenants' records. */
const KEPT: ReadonlySet<string> = new Set([
  AUDIT_FILE,
  MANIFEST_FILE,
  SEAL_FILE,
  "audit",
  "request.json",
  "outcome.json",
]);

export interface Removable {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** The files of a run that can be removed without a gap in its trail. Paths below its folder. */
export function removableOf(workspace: Workspace, run: string): Removable {
  const folder = workspace.runFolder(run);
  const files = readdirSync(folder)
    .filter((name) => !KEPT.has(name))
    .flatMap((name) => filesBelow(folder, name));
  return { files, bytes: files.reduce((sum, file) => sum + lstatSync(join(folder, file)).size, 0) };
}

/**
 * Removes them. The trail first records it and is sealed again over what is left, so that this run and those that follow it still verify.
 * Doing it twice, or after a crash, finishes it.
 */
export async function cleanRun(
  workspace: Workspace,
  run: string,
  { by, signer, hear }: { readonly by: string; readonly signer: Signer; readonly hear?: Listener },
): Promise<Removable> {
  const removable = removableOf(workspace, run);
  const directory = workspace.runFolder(run);
  const record = recordOfRun(workspace, run);
  const { access } = workspace;
  const audit = await heardTrail(await openAuditFile({ directory, run, clock: systemClock, access, record }), hear);
  const said = (await audit.events()).at(-1)?.action === "run.cleaned";
  if (!said || removable.files.length > 0)
    await audit.append({
      actor: by,
      action: "run.cleaned",
      subject: { kind: "run", name: run },
      digest: null,
      details: { files: removable.files.length, bytes: removable.bytes },
    });
  for (const file of removable.files) {
    record.gone(file);
    rmSync(join(directory, file));
  }
  for (const name of readdirSync(directory)) if (!KEPT.has(name)) removeEmpty(join(directory, name));
  await audit.close(signer);
  return removable;
}

function filesBelow(folder: string, path: string): readonly string[] {
  if (!lstatSync(join(folder, path)).isDirectory()) return [path];
  return readdirSync(join(folder, path)).flatMap((name) => filesBelow(folder, `${path}/${name}`));
}

function removeEmpty(path: string): void {
  if (!existsSync(path) || !lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) removeEmpty(join(path, name));
  rmdirSync(path);
}
