import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { EmbeddedServer } from "../../../adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../adapters/local/scratch-directory.js";
import type { Workspace } from "../../../adapters/local/workspace.js";
import { UnfinishedError } from "../../command.js";
import { lockHolder } from "../../run/run-lock.js";

/** What `resume` needs to bring a demo's server back where it was. */
export interface DemoServerRecord {
  readonly directory: string;
  readonly port: number;
}

/** A fresh database with the demo's rows. */
const BYTES_PER_TENANT = 9 * 2 ** 20;

/** The server's data lie outside the home: as root the server runs as another user, who may not enter a private one. */
export function serverDirectory(cwd: string, run: string, tenants: number): string {
  const key = createHash("sha256").update(`${cwd}\n${run}`).digest("hex").slice(0, 12);
  return join(scratchDirectory(tenants * BYTES_PER_TENANT), `schema-gate-demo-${userInfo().uid}-${key}`);
}

export function writeServerRecord(workspace: Workspace, run: string, record: DemoServerRecord): void {
  mkdirSync(workspace.demo, { recursive: true });
  writeFileSync(join(workspace.demo, `${run}.json`), JSON.stringify(record));
}

export function readServerRecord(workspace: Workspace, run: string): DemoServerRecord | null {
  const path = join(workspace.demo, `${run}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as DemoServerRecord) : null;
}

/** The registry and the password, beside each other, as a user would write them. */
export function writeRegistry(
  workspace: Workspace,
  server: EmbeddedServer,
  tenants: readonly { id: string; database: string }[],
): void {
  mkdirSync(workspace.demo, { recursive: true });
  const rows = tenants.map(
    ({ id, database }) => `${id},postgres://${server.user}@${server.host}:${server.port}/${database}`,
  );
  writeFileSync(join(workspace.demo, "tenants.csv"), `id,url\n${rows.join("\n")}\n`);
  writeFileSync(join(workspace.demo, "password"), server.password, { mode: 0o600 });
}

/** After a demo that has ended there is nothing to come back to. */
export function removeServer(workspace: Workspace, run: string): void {
  const record = readServerRecord(workspace, run);
  if (record) rmSync(record.directory, { recursive: true, force: true });
  rmSync(join(workspace.demo, `${run}.json`), { force: true });
}

/**
 * A new demo takes the place of those in this folder that were interrupted: their servers are large, and the registry is
 * one file. Throws when one of them is still worked on.
 */
export function clearOlderDemos(workspace: Workspace): void {
  if (!existsSync(workspace.demo)) return;
  for (const name of readdirSync(workspace.demo).filter((each) => each.endsWith(".json"))) {
    const run = name.slice(0, -".json".length);
    const holder = lockHolder(workspace, run);
    if (holder !== null) {
      throw new UnfinishedError(
        `the demo ${run} is running in this folder (process ${holder})`,
        "let it end, or start the demo in another folder",
      );
    }
    removeServer(workspace, run);
  }
}
