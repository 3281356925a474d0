import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { artifactsFolder } from "../../../adapters/local/artifacts-folder.js";
import type { EmbeddedServer } from "../../../adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../adapters/local/scratch-directory.js";
import type { Workspace } from "../../../adapters/local/workspace.js";
import { WrittenRecord } from "../../../adapters/local/written-record.js";
import type { Artifacts } from "../../../ports/artifacts.js";
import { UnfinishedError } from "../../command.js";
import { lockHolder } from "../../run/run-lock.js";

/** What `resume` needs to bring a demo's server back in the same place. */
export interface DemoServerRecord {
  readonly directory: string;
  readonly port: number;
}

/** A fresh database with the demo's rows. */
const BYTES_PER_TENANT = 9 * 2 ** 20;

/** A new folder outside the home: if we are root, the server runs as another user, who may not enter a private one. */
export function serverDirectory(tenants: number): string {
  return mkdtempSync(join(scratchDirectory(tenants * BYTES_PER_TENANT), "schema-gate-demo-"));
}

/** What a demo keeps; a folder that somebody else named there is neither started nor removed. */
function files({ demo, access, records }: Workspace): Artifacts {
  const record = new WrittenRecord(join(records, "demo.jsonl"), access);
  return artifactsFolder(demo, { access, record, otherwise: "forget" });
}

const recordKey = (run: string) => `servers/${run}.json`;

export function writeServerRecord(workspace: Workspace, run: string, record: DemoServerRecord): Promise<void> {
  return files(workspace).put(recordKey(run), record);
}

export function readServerRecord(workspace: Workspace, run: string): Promise<DemoServerRecord | null> {
  return files(workspace).get<DemoServerRecord>(recordKey(run));
}

/** The registry and the password, next to each other, as a user would write them. */
export async function writeRegistry(
  workspace: Workspace,
  server: EmbeddedServer,
  tenants: readonly { id: string; database: string }[],
): Promise<void> {
  const rows = tenants.map(
    ({ id, database }) => `${id},postgres://${server.user}@${server.host}:${server.port}/${database}`,
  );
  await files(workspace).putText("tenants.csv", `id,url\n${rows.join("\n")}\n`);
  await files(workspace).putText("password", server.password);
}

/** A demo that has ended leaves nothing to come back to. */
export async function removeServer(workspace: Workspace, run: string): Promise<void> {
  const record = await readServerRecord(workspace, run);
  if (record) rmSync(record.directory, { recursive: true, force: true });
  rmSync(files(workspace).locate(recordKey(run)), { force: true });
}

/**
 * A new demo replaces the interrupted ones in this folder: their servers are large, and the registry is one file. Throws if one of them is
 * still being worked on.
 */
export async function clearOlderDemos(workspace: Workspace): Promise<void> {
  for (const key of await files(workspace).list("servers")) {
    const run = key.slice("servers/".length, -".json".length);
    const holder = lockHolder(workspace, run);
    if (holder !== null) {
      throw new UnfinishedError(
        `the demo ${run} is running in this folder (process ${holder})`,
        "let it end, or start the demo in another folder",
      );
    }
    await removeServer(workspace, run);
  }
}
